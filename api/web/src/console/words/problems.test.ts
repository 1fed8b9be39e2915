import { expect, test } from "vitest";
import { inChinese } from "./problems";

test("a problem names what happened, each input and the server's own words", () => {
  expect(inChinese({ status: 409, code: "being_published", detail: "dataset … is being published by somebody else" })).toBe("有人正在发布该数据集，请等其结束后再试");
  expect(inChinese({
    status: 400, code: "invalid", detail: "…",
    errors: [{ location: "body.id", code: "wrong_type", message: "must be a text" }, { location: "body.contact.url", code: "never_seen", message: "must be an address" }],
  })).toBe("请求有误；编号：类型不对（must be a text）；网页：有误（must be an address）");
});

test("of the console's own forms it is said what to write, without the server's English", () => {
  const title = { location: "body.title", code: "required", message: "needs a title" };
  expect(inChinese({ status: 400, code: "invalid", errors: [title, { location: "body.licence", code: "malformed", message: "must be" }] })).toMatch(/^请至少填写一个名称[^a-z]*；许可应为/);
  expect(inChinese({ status: 412, code: "precondition_failed", errors: [{ location: "header.If-Match", code: "outdated", message: "is not" }] })).toBe("内容已被他人修改，请刷新后在新内容上重做");
  expect(inChinese({ status: 400, code: "invalid", errors: [title, { location: "body.x", code: "odd", message: "is odd" }] })).toBe("请求有误；请至少填写一个名称，中文或英文；x：有误（is odd）");
});

test("what has no Chinese form is told as the server says it", () => {
  expect(inChinese({ status: 418, code: "teapot", detail: "short and stout", request_id: "r1" })).toBe("操作未完成：short and stout；编号 r1");
  expect(inChinese({ status: 502 })).toBe("操作未完成：502");
});
