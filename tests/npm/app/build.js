export const BUILD_ID = "1";
