import { inbox, session } from "../inbox.js";
import { byPlace } from "../orders.js";
import { Orders } from "./orders.jsx";

export default async function Page({ searchParams }) {
  const { readers = 1 } = await searchParams;
  const [letters, { title }, order] = await Promise.all([inbox(Number(readers)), session(), byPlace([1, 2])]);
  return (
    <main>
      <h1>{letters}</h1>
      <p>{title}</p>
      <p>{`total ${order.total}`}</p>
      <Orders />
    </main>
  );
}
