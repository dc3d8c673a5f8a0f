/** Compiles only if both types are the same: `same<typeof value, string>()`. */
export declare function same<A, B>(..._: Same<A, B> extends true ? [] : [never]): void;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
