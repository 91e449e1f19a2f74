import { expect, test } from "vitest";
import { previewPage } from "../../src/web/preview.ts";

const preview = (kind: string, url: string) => previewPage(`/preview?${new URLSearchParams({ kind, url })}`);

test("shows one image, and may run and load nothing else", () => {
  const page = preview("image", "https://media.example/cat.png?a=1&b=2");
  expect(page?.content).toContain('<img src="https://media.example/cat.png?a=1&#38;b=2" alt="">');
  const policy = page?.headers["Content-Security-Policy"];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("sandbox");
  expect(policy).not.toContain("script-src");
});

test.each([
  ["a script", "image", "javascript:alert(1)"],
  ["a data URL", "image", "data:text/html,<script>alert(1)</script>"],
  ["a file", "video", "file:///etc/passwd"],
  ["no URL", "audio", "x"],
  ["no kind that there is", "constructor", "https://media.example/a.png"],
])("shows nothing for %s", (_case, kind, url) => expect(preview(kind, url)).toBeUndefined());

test("lets no URL out of its attribute", () => {
  const content = String(preview("image", `https://media.example/"><script>alert(1)</script>#'">`)?.content);
  expect(content).not.toContain("<script");
  expect(content.match(/"/g)).toHaveLength(10);
});
