// @ts-check
/** What the disk of this engine takes, asked without the library. */

/** Whether a database takes a value. It may refuse at once, or when the transaction is to end. @param {unknown} value @returns {Promise<boolean>} */
export async function isStorable(value) {
  const name = `storable ${Math.random()}`;
  /** @type {IDBDatabase} */
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onupgradeneeded = () => opening.result.createObjectStore("values");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  try {
    return await new Promise((resolve) => {
      const transaction = database.transaction("values", "readwrite");
      transaction.oncomplete = () => resolve(true);
      transaction.onabort = () => resolve(false);
      transaction.objectStore("values").put(value, 1);
    });
  } catch {
    return false;
  } finally {
    database.close();
    indexedDB.deleteDatabase(name);
  }
}
