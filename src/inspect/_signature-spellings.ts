interface SignatureSpelling {
  readonly value: string;
  /** To stand after "once it is written". */
  readonly how: string;
}

/** A signature header's value in other encodings and with other labels, the nearest first. */
export function signatureSpellings(value: string): readonly SignatureSpelling[] {
  if (value.length > MAX_LENGTH) return [];
  const [, label = "", signature = ""] = /^(.*?)([\w+/-]{16,}={0,2})$/s.exec(value) ?? [];
  if (signature === "") return [];
  return labelsFor(label).flatMap((labelling) =>
    encodingsOf(signature)
      .map((encoding) => ({
        value: labelling.label + encoding.text,
        how: [encoding.how, labelling.how].filter((words) => words !== "").join(", "),
      }))
      .filter((spelling) => spelling.value !== value),
  );
}

/** A few signatures with their labels. The pattern takes quadratic time, and anybody can send a header. */
const MAX_LENGTH = 512;

function labelsFor(label: string) {
  const others = ["", "sha256=", "v1,", "v1a,", "v3,"].filter((other) => other !== label);
  const how = (other: string) => (other === "" ? `without "${label}"` : `after "${other}"`);
  return [{ label, how: "" }, ...others.map((other) => ({ label: other, how: how(other) }))];
}

function encodingsOf(signature: string) {
  const bytes = Buffer.from(signature, /^[0-9a-f]{64,}$/i.test(signature) ? "hex" : "base64");
  return [
    { text: signature, how: "" },
    { text: signature.toLowerCase(), how: "in lower case" },
    { text: bytes.toString("hex"), how: "in hex" },
    { text: bytes.toString("base64"), how: "in base64" },
    { text: bytes.toString("base64url"), how: "in base64url" },
  ];
}
