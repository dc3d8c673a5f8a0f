// What elements and widgets take and give. Checked by `tsc -p tsconfig.json`; each `@ts-expect-error` is a mistake that the
// types must find.
import { cacheData } from "keepsake";
import * as st from "keepsake/elements";
import { same } from "./same.js";

declare const root: Element;
declare const canvas: HTMLCanvasElement;
declare const bitmap: ImageBitmap;
declare const shadow: ShadowRoot;
const SIZES = ["S", "M"] as const;
declare const atLeastOne: [string, ...string[]];

// Elements give nothing, places give what is drawn in.
const nothing = st.text("a");
same<typeof nothing, void>();
const box = st.container();
same<typeof box, st.St>();
const [left, right] = st.columns([2, 1]);
same<typeof left, st.St>();
left.text(right);
const pair = st.columns();
same<typeof pair, [st.St, st.St]>();
same<ReturnType<typeof st.columns<number>>, st.St[]>();
pair[0].header("Level", { level: 3 });
// @ts-expect-error there are three
st.columns(3)[3];
st.expander("More", { expanded: true }).empty().progress(0.5, "half");
st.write("text", 1, { a: 1 }, new Error("no"), [{ a: 1 }]);
st.table([{ a: 1, b: "x" }], { columns: ["a"], caption: "One", height: 300 });
st.table({ a: [1, 2], b: new Float64Array(2), c: new BigInt64Array(2) });
for (const source of ["/a.png", new URL("https://example.org/a.png"), new Blob(), canvas, bitmap]) st.image(source, { alt: "a" });
st.metric("Rows", 10n, { delta: -1, deltaColor: "inverse" });
st.progress();
st.progress(null, "Loading");
st.setRoot(root);
// @ts-expect-error the page's own place is in an element
st.setRoot(shadow);
// @ts-expect-error a text is no table
st.table("a");
// @ts-expect-error there are six levels
st.header("Level", { level: 7 });
// @ts-expect-error a number is no image
st.image(1);
// @ts-expect-error a single object is no table
st.table({ a: 1 });
// @ts-expect-error no such option
st.metric("Rows", 1, { color: "red" });
// @ts-expect-error a text is no progress
st.progress("half");

// Widgets give what they stand at.
const app = st.run(root, async (st, { signal }) => {
  const model = st.radio("Model", ["ResNet", "MobileNet"], { horizontal: true });
  same<typeof model, "ResNet" | "MobileNet">();
  const number = st.selectbox("Number", [1, 2], { value: 2, format: (n) => `${n * 2}`, key: "n" });
  same<typeof number, 1 | 2>();
  const size = st.radio("Size", SIZES, { value: "M" });
  same<typeof size, "S" | "M">();
  const several = st.selectbox("Several", atLeastOne, { format: (one) => one.trim(), value: undefined });
  same<typeof several, string>();
  // Without choices it gives nothing; so it may where their number is not known.
  const user = st.selectbox("User", [] as { id: number }[], { format: ({ id }) => id });
  same<typeof user, { id: number } | undefined>();
  const none = st.radio("None", []);
  same<typeof none, undefined>();
  const either = st.radio("Either", new Set(["a", "b"] as const), { value: "b" });
  same<typeof either, "a" | "b" | undefined>();
  const year = st.slider("Year", { min: 2000, max: 2025, format: (year) => `'${year % 100}` });
  same<typeof year, number>();
  const [clicked, checked, text] = [st.button("Go", { primary: true }), st.checkbox("All", { value: true }), st.textInput("Name", { type: "search", live: false })];
  same<[typeof clicked, typeof checked, typeof text], [boolean, boolean, string]>();
  same<typeof signal, AbortSignal>();
  // @ts-expect-error not one of the choices
  st.radio("Model", ["ResNet", "MobileNet"], { value: "VGG" });
  // @ts-expect-error a slider is a number
  st.slider("Year", { value: "2000" });
  // @ts-expect-error not a field of text
  st.textInput("When", { type: "date" });
  // @ts-expect-error choices are several
  st.radio("Model", 1);
  // @ts-expect-error a text is no list of choices
  st.radio("Model", "abc");
  // @ts-expect-error it may be that there are none
  user.id;
  // @ts-expect-error choices of a select box are not side by side
  st.selectbox("Model", ["ResNet"], { horizontal: true });
});
same<typeof app, st.App>();
app.rerun();
app.stop();
app.settled satisfies Promise<void>;
st.run(root, ({ text }) => text("taken from it"));
st.run(shadow, () => {});
// @ts-expect-error it needs an element
st.run(null, () => {});
// @ts-expect-error it needs a script
st.run(root);
// @ts-expect-error it is read only
app.settled = Promise.resolve();

// A cached function takes an `st` as any argument.
const load = cacheData(async (url: string, st: st.St) => {
  st.success(url);
  return url;
});
void load("/api", box);
// @ts-expect-error that is not one
void load("/api", root);
