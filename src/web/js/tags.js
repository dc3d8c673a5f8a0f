// @ts-check
/** What each item of an encoding starts with: the first table of `src/encoding.rs`, which both walkers write. */
export const UNDEFINED = 0x01;
export const NULL = 0x02;
export const FALSE = 0x03;
export const TRUE = 0x04;
export const NUMBER = 0x05;
export const STRING_8 = 0x06;
export const STRING_16 = 0x07;
export const BIGINT = 0x08;
export const SYMBOL = 0x09;
export const ARRAY = 0x10;
export const HOLE = 0x11;
export const ARRAY_AND_PROPERTIES = 0x12;
export const OBJECT = 0x13;
export const MAP = 0x14;
export const SET = 0x15;
export const DATE = 0x16;
export const PLATFORM = 0x17;
export const ARRAY_BUFFER = 0x20;
export const SHARED_ARRAY_BUFFER = 0x21;
export const DATA_VIEW = 0x22;
/** The others follow in the order of `TYPED_ARRAYS` (`binary.js`). */
export const FIRST_TYPED_ARRAY = 0x23;
export const BACK_REFERENCE = 0x30;
export const RULE = 0x31;
export const HASH_METHOD = 0x32;
export const IDENTITY_NUMBER = 0x33;
export const IDENTITY_CALL = 0x34;
export const REGISTERED = 0x35;
export const CALL = 0x40;
export const LEFT_OUT = 0x41;
export const DEPS = 0x42;
export const THIS = 0x43;
export const BYTES = 0x50;
