import { byId } from "./dom.ts";
import { startInspector } from "./inspector.ts";
import { takeFragment } from "./token.ts";

const { token, delivery } = takeFragment();
if (token === undefined) {
  byId("connection").textContent = "no token";
  byId("list").append("This page needs its token: open the link that hookspool shows.");
} else startInspector(token, delivery);

// A link that is opened in a tab that is open already changes the fragment alone.
addEventListener("hashchange", () => {
  if (location.hash.includes("token=")) location.reload();
});
