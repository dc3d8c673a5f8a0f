/** Widgets of apps. All of them can be had from `keepsake/elements`. */

/** Text, or what is shown as one line of text: numbers, dates, anything else as JSON. */
export type Label = unknown;

/** Options of every widget. */
export interface WidgetOptions {
  /** Its identity, instead of label and place: two widgets of one label in one place need one each. Default: label and place. */
  key?: string | number | undefined;
  /** Whether it cannot be used. Default: `false`. */
  disabled?: boolean | undefined;
}

/** Options of {@link Widgets.button}. */
export interface ButtonOptions extends WidgetOptions {
  /** Whether it stands out, as what most people come for. Default: `false`. */
  primary?: boolean | undefined;
}

/** Options of {@link Widgets.checkbox}. */
export interface CheckboxOptions extends WidgetOptions {
  /** Whether it is checked at first. Default: `false`. */
  value?: boolean | undefined;
}

/** Options of {@link Widgets.selectbox}. `T` is a choice. */
export interface ChoiceOptions<T> extends WidgetOptions {
  /** What is chosen at first. Default: the first choice. */
  value?: T | undefined;
  /** The text of a choice: `({ name }) => name`. Default: the choice in one line. */
  format?: ((choice: T) => Label) | undefined;
}

/** Options of {@link Widgets.radio}. `T` is a choice. */
export interface RadioOptions<T> extends ChoiceOptions<T> {
  /** Whether the choices stand side by side. Default: `false`. */
  horizontal?: boolean | undefined;
}

/** Options of {@link Widgets.slider}. What is no number, a `min` above `max` and a `step` that is not above 0 are an `InvalidOptionError`. */
export interface SliderOptions extends WidgetOptions {
  /** Where it begins. Default: 0. */
  min?: number | undefined;
  /** Where it ends. Default: 100. */
  max?: number | undefined;
  /** From one value to the next. Default: 1. */
  step?: number | undefined;
  /** Where it stands at first. Default: `min`. */
  value?: number | undefined;
  /** What is shown of a value: `(year) => `in ${year}``. Default: the number. */
  format?: ((value: number) => Label) | undefined;
}

/** Options of {@link Widgets.textInput}. */
export interface TextInputOptions extends WidgetOptions {
  /** What is in it at first. Default: nothing. */
  value?: string | undefined;
  /** Shown while it is empty. Default: nothing. */
  placeholder?: string | undefined;
  /** What is to be written. Default: `"text"`. Anything else is an `InvalidOptionError`. */
  type?: "text" | "search" | "email" | "url" | "tel" | "password" | undefined;
  /** Whether the script runs at every change, or with `false` when Enter is pressed or the field is left. Default: `true`. */
  live?: boolean | undefined;
  /** How many characters it takes at most. Default: no limit. */
  maxLength?: number | undefined;
}

/** The choices of a widget: an array, or anything else that can be gone through. */
export type Choices = Iterable<unknown> & object;

/** One of the choices. */
export type ChoiceOf<C extends Choices> = C extends Iterable<infer T> ? T : never;

/** What a choice among them gives: `undefined` where there are none, and where it is not known whether there are. */
export type Chosen<C extends Choices> = C extends readonly []
  ? undefined
  : C extends readonly [unknown, ...unknown[]] | readonly [...unknown[], unknown]
    ? C[number]
    : ChoiceOf<C> | undefined;

/**
 * Widgets of an app: each gives what it stands at, and makes the script run again when somebody uses it. Their state is kept
 * by label and place (the container that they are drawn in), or by `key`, as long as the app runs.
 *
 * In a cached function they warn, since it does not run on a hit: ask before the call, and pass the answer as an argument.
 * Outside of an app they are a `KeepsakeError` (`no-app`).
 */
export interface Widgets {
  /** Whether it has been clicked: `true` once, in the run that the click caused, or in the one that has superseded that before it came here: `if (st.button("Load")) await load()`. */
  button(label: Label, options?: ButtonOptions): boolean;
  /** Whether it is checked: `const all = st.checkbox("All", { value: true })`. */
  checkbox(label: Label, options?: CheckboxOptions): boolean;
  /** One of the choices, all of which are seen; `undefined` if there are none: `const size = st.radio("Size", ["S", "M", "L"])`. */
  radio<const C extends Choices>(label: Label, choices: C, options?: RadioOptions<ChoiceOf<C>>): Chosen<C>;
  /** One of the choices, of which one is seen; `undefined` if there are none: `const year = st.selectbox("Year", [2024, 2025])`. */
  selectbox<const C extends Choices>(label: Label, choices: C, options?: ChoiceOptions<ChoiceOf<C>>): Chosen<C>;
  /** A number from `min` to `max`: `const year = st.slider("Year", { min: 2000, max: 2025 })`. */
  slider(label: Label, options?: SliderOptions): number;
  /** A line of text: `const name = st.textInput("Name", { placeholder: "Ada" })`. */
  textInput(label: Label, options?: TextInputOptions): string;
}
