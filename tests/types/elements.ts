// What elements and widgets take and give. Checked by `tsc -p tsconfig.json`; each `@ts-expect-error` is a mistake that the
// types must find.
import { cacheData } from "keepsake";
import * as st from "keepsake/elements";
import { same } from "./same.js";

declare const root: Element;
declare const canvas: HTMLCanvasElement;
declare const bitmap: ImageBitmap;

// Elements give nothing, places give what is drawn in.
const nothing = st.text("a");
same<typeof nothing, void>();
const box = st.container();
same<typeof box, st.St>();
const [left, right] = st.columns([2, 1]);
left?.text(right);
st.columns().at(0)?.header("Level", { level: 3 });
st.expander("More", { expanded: true }).empty().progress(0.5, "half");
st.write("text", 1, { a: 1 }, new Error("no"), [{ a: 1 }]);
st.table([{ a: 1, b: "x" }], { columns: ["a"], caption: "One", height: 300 });
st.table({ a: [1, 2], b: new Float64Array(2), c: new BigInt64Array(2) });
for (const source of ["/a.png", new URL("https://example.org/a.png"), new Blob(), canvas, bitmap]) st.image(source, { alt: "a" });
st.metric("Rows", 10n, { delta: -1, deltaColor: "inverse" });
st.progress();
st.progress(null, "Loading");
st.setRoot(root);
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
  const user = st.selectbox("User", [] as { id: number }[], { format: ({ id }) => id });
  same<typeof user, { id: number }>();
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
});
same<typeof app, st.App>();
app.rerun();
app.stop();
app.settled satisfies Promise<void>;
st.run(root, ({ text }) => text("taken from it"));
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
