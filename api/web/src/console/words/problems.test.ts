import { expect, test } from "vitest";
import { inChinese } from "./problems";

test("a problem names what happened, each input and the server's own words", () => {
  expect(inChinese({ status: 409, code: "being_published", detail: "dataset … is being published by somebody else" })).toBe("有人正在发布该数据集，请等其结束后再试");
  expect(inChinese({
    status: 400, code: "invalid", detail: "…",
    errors: [{ location: "body.id", code: "malformed", message: "use 1 to 64 of a-z" }, { location: "body.contact.url", code: "never_seen", message: "must be an address" }],
  })).toBe("请求有误；编号：格式不对（use 1 to 64 of a-z）；网页：有误（must be an address）");
});

test("what has no Chinese form is told as the server says it", () => {
  expect(inChinese({ status: 418, code: "teapot", detail: "short and stout", request_id: "r1" })).toBe("操作未完成：short and stout；编号 r1");
  expect(inChinese({ status: 502 })).toBe("操作未完成：502");
});
