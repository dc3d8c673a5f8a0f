import { inbox, session } from "../inbox.js";
import { byPlace } from "../orders.js";
import { Orders } from "./orders.jsx";

export default async function Page({ searchParams }) {
  const { readers = 1 } = await searchParams;
  const letters = await inbox(Number(readers));
  const { promise } = inbox.entry(Number(readers));
  const again = await promise;
  const { title } = await session();
  const { total } = await byPlace([1, 2]);
  return (
    <main>
      <h1>{letters}</h1>
      <p>{title}</p>
      <p>{`by a handle: ${again}`}</p>
      <p>{`total ${total}`}</p>
      <Orders />
    </main>
  );
}
