// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { lastDeck, postIdOf, postPath, rememberDeck } from "../../../src/state/post/postAddress";

describe("the address of a post's page", () => {
  it.each(["x:1050118621198921728", "bluesky:did:plc:abc/3k", "mastodon:host.example/1", "odd:a b%/ü?#"])("names %s and nothing else", (id) => {
    const path = postPath(id);
    expect(new URL(path, "http://h").pathname).toBe(path);
    expect(postIdOf(path)).toBe(id);
  });

  it.each(["/", "/d/x", "/p/", "/p/%E0%A4%A"])("is not %s", (path) => {
    expect(postIdOf(path)).toBeNull();
  });
});

describe("the deck that a reader came from", () => {
  beforeEach(() => localStorage.clear());
  it("is remembered", () => {
    expect(lastDeck()).toBe("/");
    for (const address of ["/?q=storm&q=ferry", "/d/harbour", "/"]) {
      rememberDeck(address);
      expect(lastDeck()).toBe(address);
    }
  });
  it.each(["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/p/x:1"])("is never %s", (address) => {
    rememberDeck(address);
    expect(lastDeck()).toBe("/");
  });
});
