"use client";

import { configure, flush } from "keepsake";
import * as st from "keepsake/elements";
import { useEffect, useRef } from "react";
import { BUILD_ID } from "../build.js";
import { ask, byName, byPlace } from "../orders.js";

configure({ version: BUILD_ID });

const functions = { byName, byPlace };

async function call(name, prices) {
  const answer = await ask(functions[name], prices);
  await flush();
  return answer;
}

export function Orders() {
  const place = useRef(null);
  useEffect(() => {
    st.setRoot(place.current);
    st.success("Drawn on the client");
    globalThis.call = call;
    document.documentElement.setAttribute("data-ready", "");
  }, []);
  return <div ref={place} />;
}
