// @vitest-environment happy-dom
import { render } from "preact";
import { expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../src/state/page/settings";
import { PostArticle } from "../../src/view/post/PostArticle";
import { post } from "../postFixtures";

it("shows no count of 0 on the page of a post", () => {
  const root = document.createElement("main");
  const counts = { replies: 0, reposts: 3, quotes: 0, likes: null };
  render(<PostArticle pictures={{ settings: DEFAULT_SETTINGS, server: { facts: null } }} post={post("a", { counts })} />, root);
  expect(root.querySelector(".numbers span")?.textContent).toBe("3 reposts");
});
