import { describe, expect, it } from "vitest";
import { hostOf, otherHost, safeUrl } from "../../src/text/url";

describe("a link", () => {
  it("is accepted with http and https only", () => {
    expect(safeUrl("javascript:alert(1)")).toBeNull();
    expect(safeUrl(" jAvAsCrIpT:alert(1)")).toBeNull();
    expect(safeUrl("data:text/html,x")).toBeNull();
    expect(safeUrl("//host/x")).toBeNull();
    expect(safeUrl("https://a.example/?q=1")).toBe("https://a.example/?q=1");
    expect(hostOf("https://www.a.example/b")).toBe("a.example");
  });

  it("names its host where its text names another host", () => {
    const host = (text: string, url: string): string => otherHost(text, url);
    expect(host("https://bank.example/login", "https://evil.example/x")).toBe("evil.example");
    expect(host("bank.example", "https://evil.example/")).toBe("evil.example");
    expect(host("https://bank.example@evil.example/", "https://evil.example/")).toBe("");
    expect(host("www.bank.example/a…", "https://bank.example/a/b")).toBe("");
    expect(host("BANK.example", "https://bank.example/")).toBe("");
    for (const text of ["read this", "3.14", "and so on...", "a.b", "@user"]) expect(host(text, "https://evil.example/")).toBe("");
  });
});
