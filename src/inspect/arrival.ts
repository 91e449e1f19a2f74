import type { Delivery } from "../core/delivery.ts";
import { localTime, printable } from "../core/text.ts";

type Arrived = Pick<Delivery, "origin" | "receivedAt" | "peer" | "clientAddress" | "withheld">;

/** When and from where a delivery came, and what of it was not kept: a line for each that is known. */
export function arrivalLines({
  origin,
  receivedAt,
  peer,
  clientAddress,
  withheld = [],
}: Arrived): readonly string[] {
  return [
    `${origin} ${localTime(receivedAt)}${peer ? ` from ${peer}` : ""}`,
    ...(clientAddress ? [`sent from ${printable(clientAddress)}, the tunnel says`] : []),
    ...(withheld.length > 0
      ? [`withheld: ${withheld.map(printable).join(", ")} (the endpoint's own credential)`]
      : []),
  ];
}
