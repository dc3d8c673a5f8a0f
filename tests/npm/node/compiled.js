// Imported before anything else: counts what is compiled.
export const compiled = { count: 0 };

for (const name of ["Module", "Instance"]) {
  WebAssembly[name] = new Proxy(WebAssembly[name], {
    construct(target, args) {
      compiled.count += 1;
      return Reflect.construct(target, args);
    },
  });
}
for (const name of ["compile", "instantiate", "compileStreaming", "instantiateStreaming"]) {
  const original = WebAssembly[name];
  if (!original) continue;
  WebAssembly[name] = (...args) => {
    compiled.count += 1;
    return original(...args);
  };
}
