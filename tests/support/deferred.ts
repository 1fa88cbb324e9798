/** A promise and the functions that settle it. */
export function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (thrown: unknown) => void = () => {};
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
