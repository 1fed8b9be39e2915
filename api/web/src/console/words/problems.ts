// What goes wrong, in Chinese, by the stable codes of the problem documents; the server's own words are English. A test
// beside the embedded page holds that every code of the server is here.

import type { Problem } from "../types";

const problems: Record<string, string> = {
  // the kinds
  invalid: "请求有误",
  unauthenticated: "尚未登录或登录已过期，请重新登录",
  forbidden: "当前密钥的角色不允许此操作，请换用有权限的密钥",
  not_found: "找不到所请求的内容，可能已被删除，请刷新后重试",
  conflict: "与现有内容冲突，请刷新后重试",
  precondition_failed: "内容已被他人修改，请刷新后在新内容上重做",
  precondition_required: "请先刷新，再修改最新的内容",
  unprocessable: "有缺失或超出范围的值",
  too_large: "文件或请求太大：请压缩（gzip）后再上传，或请管理员调高上限",
  rate_limited: "尝试过于频繁，请稍候再试",
  unavailable: "服务器暂时忙，请稍后重试",
  no_space: "服务器磁盘已满，未保存任何内容；请通知管理员",
  internal: "服务器出错，请稍后重试；如仍出错，请将下面的编号告诉管理员",
  timeout: "处理时间过长，请稍后重试",
  client_gone: "连接已中断，请重试",
  // signing in
  invalid_key: "密钥无效或已停用，请向管理员索取新的密钥",
  wrong_origin: "只能从本站页面进行修改，请从正确的网址重新打开发布台",
  // datasets
  taken: "该编号已被占用，请换一个",
  not_owned: "该数据集由命令行导入，尚不属于任何机构，请管理员将其划归贵单位",
  not_yours: "该数据集属于其他机构",
  not_published: "该数据集尚未发布任何版本，请先上传文件并发布",
  reference: "它被其他内容引用，或引用了不存在的内容",
  approval_required: "该数据集的修改须经第二人审核：请上传更正后的文件，由审核员批准",
  already_there: "数据集中已有相同编号的设施",
  // uploads
  not_ready: "文件仍在检查中，请等检查完成",
  not_editable: "该文件已发布或已结束，不能再改动；请重新上传",
  overtaken: "刚刚有人改动了此文件，请刷新后再看",
  files_gone: "该文件的内容已不在服务器上，请重新上传",
  already_published: "该文件已经发布；其内容和变动可在版本中查看",
  nothing_accepted: "没有任何一行可用，无法发布；请按检查结果修改文件",
  cut_short: "文件没有传完，未发布任何内容；请重新上传",
  key_reused: "同一次请求被用于不同的内容，请刷新后重试",
  in_flight: "上一次相同的请求仍在处理，请稍候",
  // publishing
  being_published: "有人正在发布该数据集，请等其结束后再试",
  version_changed: "其间已有新版本发布，请先与新版本对比，再发布",
  superseded: "后来的文件已经发布；如仍需要这一份，请重新上传",
  awaiting_approval: "该文件已提交，正等待另一人审核",
  refused: "该文件未通过检查，不能发布；请改好后重新上传",
  not_waiting: "该文件不在等待审核",
  same_person: "上传或申请发布的密钥不能自行审核，须由第二人批准",
  in_force: "该版本正是当前版本",
  // webhooks
  too_many_webhooks: "订阅数量已达上限，请先删除一个",
  webhook_not_active: "该订阅已停用，请先启用",
  // the server and its database
  loading: "服务器正在读取数据，请几秒后重试",
  stopping: "服务器正在重启，请稍后重试",
  busy: "服务器繁忙，请重试",
  overloaded: "等待处理的修改太多，请稍后重试",
  closed: "服务器正在重启，请稍后重试",
  outcome_unknown: "修改可能已经保存，也可能没有；请刷新确认后再操作",
  panic: "服务器出错，修改未保存；请将下面的编号告诉管理员",
  events_trimmed: "变更记录已不再保留，请刷新后重试",
  database_refused: "数据库拒绝了服务器的连接，请通知管理员",
  database_damaged: "数据库文件已损坏，请通知管理员从备份恢复",
};

const faults: Record<string, string> = {
  required: "必填",
  empty: "不能为空",
  malformed: "格式不对",
  invalid: "不能使用",
  wrong_type: "类型不对",
  not_one_of: "不是可选的值",
  not_found: "不存在",
  not_a_time: "不是有效的时间",
  incomplete: "没有传完",
  not_an_integer: "必须是整数",
  out_of_range: "超出允许范围",
  outside_area: "在责任区域之外",
  too_long: "太长",
  too_many: "太多",
  repeated: "重复了",
  reserved: "是系统保留的值，请换一个",
  taken: "已被占用，请换一个",
  outdated: "已过期，请刷新",
  unknown_field: "没有这个字段",
  unknown_parameter: "没有这个参数",
  key_reused: "已用于另一个请求",
  not_ready: "尚未就绪",
};

const fields: Record<string, string> = {
  id: "编号", title: "名称", "title.zh-Hans": "中文名称", "title.en": "英文名称", description: "说明", licence: "许可协议",
  contact: "联系方式", "contact.email": "邮箱", "contact.url": "网页", area: "责任区域", division: "行政区划代码",
  category: "设施类别", crs: "坐标系", mapping: "列的对应", required: "必填项", repairs: "修复", upload: "文件", note: "说明",
  base: "对比的版本", to: "版本", every: "间隔", url: "网址", org: "机构", key: "密钥", geometry: "位置", decision: "审核结果",
};

/** What to write instead, by "location code", of the inputs that a form of the console holds. */
const advice: Record<string, string> = {
  "body.id taken": "这个编号已属于别的数据集，请换一个",
  "body.id malformed": "编号只能用小写字母、数字、下划线和连字符，以字母或数字开头",
  "body.id reserved": "编号：是系统保留的值，请换一个",
  "body.title required": "请至少填写一个名称，中文或英文",
  "body.licence malformed": "许可应为 SPDX 代号（例如 CC-BY-4.0），或许可文本的网址",
  "body.contact.email malformed": "联系邮箱不是有效的邮箱地址",
  "body.area out_of_range": "责任区域应为 西,南,东,北（度）：西小于东，南小于北，经度在 ±180、纬度在 ±90 以内",
  "body.category malformed": "设施类别只能用小写字母、数字和下划线，以字母开头，例如 toilet",
  "body.crs not_one_of": "不认识这个坐标系；请从列表中选择，或填写 EPSG 代码，例如 4547",
  "body required": "文件是空的；请选择有内容的文件",
};

/** Of these all is said by the code of the whole. */
const silent = ["header.If-Match outdated", "path.id not_found", "path.upload not_found", "body.base outdated"];

/** A problem as a clerk reads it: what happened, then what to do about each input at fault, or the server's own words about it. */
export function inChinese(problem: Problem): string {
  const what = problems[problem.code ?? ""];
  const at = (problem.errors ?? []).filter((e) => !silent.includes(`${e.location} ${e.code}`));
  const advised = at.map((e) => advice[`${e.location} ${e.code}`]);
  if (at.length > 0 && advised.every(Boolean)) return advised.join("；");
  const inputs = at.map((e, i) => {
    if (advised[i]) return advised[i];
    const place = e.location.replace(/^(body|query|path|header)\.?/, "");
    return `${fields[place] ?? (place || "内容")}：${faults[e.code] ?? "有误"}（${e.message}）`;
  });
  const said = what ? [what] : [`操作未完成：${problem.detail ?? problem.status}`];
  return [...said, ...inputs, ...(problem.request_id ? [`编号 ${problem.request_id}`] : [])].join("；");
}
