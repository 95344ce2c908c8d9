//! Taking over a superior's plan: what is weaker, and the plan in force.

use campaign::plan::{self, Plan};
use expect_test::{Expect, expect};

use crate::lines;

const SUPERIOR: &str = r#"[plan]
id = "county"
name = "县方案"
issuer = "县局"
from = 2023-01-01
until = 2023-12-31

[[duty]]
id = "meeting"
name = "主题班会"
clause = "一"
activity = "class-meeting"
by = { kind = ["class"] }
cadence = "term"
quota = 2

[[duty]]
id = "report"
name = "月报"
clause = "二"
activity = "monthly-report"
by = { kind = ["school"], stage = ["primary", "middle"] }
cadence = "monthly"
due = "month-20"

[[duty]]
id = "plan"
name = "交方案"
clause = "三"
activity = "action-plan"
by = { kind = ["school"] }
cadence = "once"
due = 2023-02-28

[[duty]]
id = "lesson"
name = "上课"
clause = "四"
activity = "law-lesson"
by = { audience = ["student", "staff"] }
cadence = "yearly"
audience = ["student", "parent"]

[[duty]]
id = "back-check"
name = "倒查"
clause = "五"
by = { kind = ["school"] }
cadence = "event"
event = { name = "case", within-days = 3 }

[[duty]]
id = "own"
name = "县局例会"
clause = "六"
activity = "regular-meeting"
by = { kind = ["bureau"] }
cadence = "monthly"

[[target]]
id = "awareness"
name = "知晓率"
clause = "七"
indicator = "awareness"
at-least = 0.9
by = 2023-06-30

[[target]]
id = "drop"
name = "发案下降"
clause = "七"
indicator = "cases"
baseline = 2022
drop = 0.3
"#;

const SCHOOL: &str = "[plan]\nid = \"school\"\nname = \"校方案\"\nissuer = \"某校\"\nfrom = 2023-01-01\nuntil = 2023-12-31\n";

fn read(text: &str) -> Plan {
    plan::parse(text, "").unwrap_or_else(|findings| panic!("{}", lines(&findings)))
}

fn adopting(rest: &str) -> (Plan, String) {
    let text = format!("{SCHOOL}adopts = \"county\"\n{rest}");
    let (own, places) = plan::parse_placed(&text, "school.toml").expect("a readable plan");
    let superior = read(SUPERIOR);
    let mut findings = plan::check(&own, Some(&superior));
    places.place(&mut findings);
    let told = lines(&findings);
    (plan::adopt(&superior, &own), told)
}

fn check(rest: &str, expect: &Expect) {
    expect.assert_eq(&adopting(rest).1);
}

fn duty(id: &str, fields: &str) -> String {
    format!("[[duty]]\nid = \"{id}\"\nname = \"本校\"\nclause = \"1\"\n{fields}\n")
}

#[test]
fn nothing_added_is_not_weaker() {
    let (effective, told) = adopting("");
    assert_eq!(told, "");
    assert_eq!(effective.duties.len(), 6);
    assert_eq!(effective.head.id, "school");
}

#[test]
fn stricter_is_allowed_and_takes_the_superiors_place() {
    let meeting = duty(
        "meeting",
        "activity = \"class-meeting\"\nby = { kind = [\"class\"] }\ncadence = \"monthly\"\nquota = 1",
    );
    let report = duty(
        "report",
        "activity = \"monthly-report\"\nby = { kind = [\"school\"] }\ncadence = \"monthly\"\ndue = \"month-15\"",
    );
    let extra = duty("extra", "by = { kind = [\"class\"] }\ncadence = \"weekly\"");
    let (effective, told) = adopting(&format!("{meeting}{report}{extra}"));
    assert_eq!(told, "");
    let ids: Vec<&str> = effective.duties.iter().map(|duty| duty.id.as_str()).collect();
    assert_eq!(ids, ["meeting", "report", "plan", "lesson", "back-check", "own", "extra"]);
    assert_eq!(effective.duty("meeting").map(|duty| duty.name.as_str()), Some("本校"));
}

#[test]
fn lower_quota_and_rarer_cadence() {
    let class = "activity = \"class-meeting\"\nby = { kind = [\"class\"] }\n";
    check(
        &duty("meeting", &format!("{class}cadence = \"term\"\nquota = 1")),
        &expect![[r#"
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（一）：每学期不少于1次，上级每学期不少于2次。不得低于：每学期不少于2次
        "#]],
    );
    check(
        &duty("meeting", &format!("{class}cadence = \"yearly\"\nquota = 6")),
        &expect![[r#"
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（一）：频次每年，上级每学期。不得低于：每学期不少于2次
        "#]],
    );
    check(
        &duty("meeting", &format!("{class}cadence = \"continuous\"")),
        &expect![[r#"
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（一）：频次由每学期改为常态化。不得低于：每学期不少于2次
        "#]],
    );
}

#[test]
fn later_due() {
    let by = "by = { kind = [\"school\"], stage = [\"primary\", \"middle\"] }\ncadence = \"monthly\"\n";
    check(
        &duty("report", &format!("{by}due = \"month-25\"")),
        &expect![[r#"
        school.toml：第8行第1列：错误：任务“本校”弱于上级方案（二）：截止于当月25日前，上级当月20日前。不晚于当月20日前
    "#]],
    );
    check(
        &duty("report", by),
        &expect![[r#"
        school.toml：第8行第1列：错误：任务“本校”弱于上级方案（二）：截止于期末当日前，上级当月20日前。不晚于当月20日前
    "#]],
    );
    check(
        &duty("plan", "by = { kind = [\"school\"] }\ncadence = \"once\"\ndue = 2023-03-31"),
        &expect![[r#"
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（三）：截止于2023年3月31日前，上级2023年2月28日前。不晚于2023年2月28日前
        "#]],
    );
    check(
        &duty(
            "back-check",
            "by = { kind = [\"school\"] }\ncadence = \"event\"\nevent = { name = \"case\", within-days = 7 }",
        ),
        &expect![[r#"
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（五）：时限7天，上级3天。不得低于：发生电信网络诈骗案件后3天内1次
        "#]],
    );
}

#[test]
fn narrower_by() {
    check(
        &duty(
            "report",
            "by = { kind = [\"school\"], stage = [\"primary\"] }\ncadence = \"monthly\"\ndue = \"month-20\"",
        ),
        &expect![[r#"
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（二）：责任主体是学校（小学），上级是学校（小学、初中）。须包括学校（小学、初中）
        "#]],
    );
    check(
        &duty(
            "lesson",
            "by = { audience = [\"student\"] }\ncadence = \"yearly\"\nheld-by = \"superior\"\naudience = [\"student\"]",
        ),
        &expect![[r#"
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（四）：责任主体是学生，上级是学生、教职员工。须包括学生、教职员工
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（四）：对象少了家长。须包括学生、家长
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（四）：上级要求本单位自办，这里由上级统一组织即可。held-by 写 own 或不写
        "#]],
    );
}

#[test]
fn shorter_and_seasonal() {
    check(
        &duty(
            "report",
            "by = { kind = [\"school\"] }\ncadence = \"monthly\"\ndue = \"month-20\"\nfrom = 2023-03-01\nuntil = 2023-06-30\nseason = \"in-term\"",
        ),
        &expect![[r#"
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（二）：只在学期内做，上级要求全年。season 写 always 或不写
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（二）：从2023年3月1日才开始。不晚于2023年1月1日开始
            school.toml：第8行第1列：错误：任务“本校”弱于上级方案（二）：到2023年6月30日就结束。不早于2023年12月31日结束
        "#]],
    );
}

#[test]
fn weaker_targets() {
    let target = |id: &str, rest: &str| {
        format!("[[target]]\nid = \"{id}\"\nname = \"本校\"\nclause = \"1\"\n{rest}\n")
    };
    check(
        &target("awareness", "indicator = \"awareness\"\nat-least = 0.8\nby = 2023-09-30"),
        &expect![[r#"
            school.toml：第8行第1列：错误：目标“本校”弱于上级方案（七）：师生员工和家长知晓率 ≥ 80%，2023年9月30日前。不得低于：师生员工和家长知晓率 ≥ 90%，2023年6月30日前
        "#]],
    );
    check(
        &target("drop", "indicator = \"cases\"\nbaseline = 2022\ndrop = 0.2"),
        &expect![[r#"
            school.toml：第8行第1列：错误：目标“本校”弱于上级方案（七）：电信网络诈骗发案数较2022年下降20%以上，方案期末。不得低于：电信网络诈骗发案数较2022年下降30%以上，方案期末
        "#]],
    );
    check(
        &target("awareness", "indicator = \"awareness\"\nequals = 1.0\nby = 2023-06-30"),
        &expect![[""]],
    );
}

#[test]
fn a_plan_of_its_own_must_have_every_act() {
    let meeting = duty(
        "bh",
        "activity = \"class-meeting\"\nby = { kind = [\"class\"] }\ncadence = \"monthly\"",
    );
    let report = duty(
        "yb",
        "activity = \"monthly-report\"\nby = { kind = [\"school\"] }\ncadence = \"quarterly\"",
    );
    let own = read(&format!("{SCHOOL}{meeting}{report}"));
    let findings = plan::check(&own, Some(&read(SUPERIOR)));
    let told = lines(&findings);
    expect![[r#"
        错误：任务“本校”弱于上级方案（二）：频次每季度，上级每月。不得低于：每月不少于1次
        错误：缺少上级方案的任务“交方案”（plan，三）。不得取消，须共1次
        错误：缺少上级方案的任务“上课”（lesson，四）。不得取消，须每年不少于1次
        错误：缺少上级方案的任务“倒查”（back-check，五）。不得取消，须发生电信网络诈骗案件后3天内1次
        错误：缺少上级方案的目标“知晓率”（七）。不得低于：师生员工和家长知晓率 ≥ 90%，2023年6月30日前
        错误：缺少上级方案的目标“发案下降”（七）。不得低于：电信网络诈骗发案数较2022年下降30%以上，方案期末
    "#]].assert_eq(&told);
}

#[test]
fn the_wrong_superior_and_none() {
    let own = read(&format!("{SCHOOL}adopts = \"city\"\n"));
    let tell = |findings: Vec<plan::Finding>| lines(&findings);
    expect![[r#"
        错误：方案采用的是 `city`，给出的上级方案是 `county`。给出所采用的方案，或改 adopts
    "#]]
    .assert_eq(&tell(plan::check(&own, Some(&read(SUPERIOR)))));
    expect![[r#"
        提示：没有给出上级方案 `city`，是否弱于上级未检查。加上 --superior 文件
    "#]]
    .assert_eq(&tell(plan::check(&own, None)));
}

#[test]
fn references_may_point_at_the_superiors_elements_only_if_they_exist() {
    let rule = "[[score]]\nid = \"s\"\nname = \"考核\"\nclause = \"2\"\ndeduct = 1\non = [\"meeting\", \"nothing\"]\n";
    check(
        rule,
        &expect![[r#"
        school.toml：第8行第1列：错误：`on` 引用了不存在的 `nothing`
    "#]],
    );
}

#[test]
fn no_built_in_plan_is_weaker_than_itself() {
    for file in plan::BUILT_IN {
        let plan = read(file.text);
        let findings = plan::weaker(&plan, &plan);
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }
}

#[test]
fn a_person_is_told_of_what_is_doubtful() {
    let doer = duty(
        "extra",
        "activity = \"class-meating\"\nby = { kind = [\"school\"] }\ncadence = \"term\"\ndoer = \"class-teacher\"\nunsure = \"频次不清\"",
    );
    let phase = |id: &str, from: &str| {
        format!(
            "[[phase]]\nid = \"{id}\"\nname = \"{id}\"\nclause = \"1\"\nfrom = {from}\nuntil = 2023-12-31\n"
        )
    };
    let phases = format!("{}{}", phase("one", "2023-01-01"), phase("two", "2023-07-01"));
    check(
        &format!("{doer}{phases}"),
        &expect![[r#"
        school.toml：第23行第1列：警告：阶段“two”与“one”的日期重叠。各阶段首尾相接，互不重叠
        school.toml：第8行第1列：警告：任务“本校”有待确认：频次不清。确认后删去 unsure
        school.toml：第8行第1列：警告：任务“本校”没有责任人：学校不设班主任。班主任可设在：class
        school.toml：第8行第1列：提示：活动 `class-meating` 不在目录里，别的方案的记录不能共用。是不是 `class-meeting`？
    "#]],
    );
}
