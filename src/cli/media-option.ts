import { Option } from "commander";

/** When the inspector asks other servers for images, video and sound. */
export const mediaOption = () =>
  new Option(
    "--media <when>",
    "click, or auto: the inspector fetches what verified and forged deliveries speak of when it shows them",
  )
    .env("HOOKSPOOL_MEDIA")
    .choices(["click", "auto"])
    .default("click");
