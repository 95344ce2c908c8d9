//! The plan as a document, as JSON, and next to another plan.

use campaign::plan;
use expect_test::expect;

use crate::seeds::built_in;

const OLD: &str = r#"[plan]
id = "a"
name = "方案"
issuer = "某局"
from = 2023-01-01
until = 2023-12-31

[[target]]
id = "know"
name = "知晓率"
clause = "二"
indicator = "awareness"
at-least = 0.9

[[duty]]
id = "meeting"
name = "主题班会"
clause = "三1"
activity = "class-meeting"
by = { kind = ["class"], stage = ["primary"] }
cadence = "term"
quota = 2
doer = "class-teacher"
audience = ["student"]
proof = ["roll", "minutes"]
minutes = 40

[[duty]]
id = "push"
name = "每周推送"
clause = "三2"
activity = "weekly-article"
by = { kind = ["school"] }
cadence = "weekly"
season = "in-term"
doer = "liaison"
minutes = 30

[[duty]]
id = "lesson"
name = "法治课"
clause = "三3"
by = { audience = ["student"] }
cadence = "yearly"
year = "school"
due = "+5d"
held-by = "superior"
"#;

fn new() -> String {
    OLD.replace("name = \"方案\"", "name = \"新方案\"\nversion = 2\nin-force = 2023-03-01")
        .replace("cadence = \"term\"\nquota = 2", "cadence = \"monthly\"")
        .replace("id = \"push\"", "id = \"article\"")
        .replace("at-least = 0.9", "equals = 1.0")
        .replace("[[duty]]\nid = \"lesson\"", "[[duty]]\nid = \"quiz\"\nactivity = \"quiz\"")
}

fn read(text: &str) -> plan::Plan {
    plan::parse(text, "").expect("a readable plan")
}

#[test]
fn a_document_to_read() {
    expect![[r#"
        # 方案

        ## 一、基本情况

        - 制定单位：某局
        - 期限：2023年1月1日至2023年12月31日
        - 内容：0个阶段、1个目标、3项任务、0条职责

        ## 二、目标

        | 目标 | 指标和期限 | 依据 |
        | --- | --- | --- |
        | 知晓率 | 师生员工和家长知晓率 ≥ 90%，方案期末 | 二 |

        ## 三、任务

        截止一栏空着的，以每个周期的最后一天为截止。

        ### 班级（小学）

        | 任务 | 频次和数量 | 截止 | 责任人 | 对象 | 佐证（任一） | 用时 | 依据 |
        | --- | --- | --- | --- | --- | --- | --- | --- |
        | 主题班会 | 每学期不少于2次 |  | 班主任 | 学生 | 点名或纪要 | 40分钟 | 三1 |

        估计每年4次，约3小时

        ### 学校

        | 任务 | 频次和数量 | 截止 | 责任人 | 对象 | 佐证（任一） | 用时 | 依据 |
        | --- | --- | --- | --- | --- | --- | --- | --- |
        | 每周推送 | 每周不少于1次（学期内） |  | 反诈联络员 |  | 数量 | 30分钟 | 三2 |

        估计每年40次，约20小时

        ### 学生

        | 任务 | 频次和数量 | 截止 | 责任人 | 对象 | 佐证（任一） | 用时 | 依据 |
        | --- | --- | --- | --- | --- | --- | --- | --- |
        | 法治课 | 每学年不少于1次 | 期满后5天内 |  |  | 数量 |  | 三3 |

        估计每年1次
    "#]]
    .assert_eq(&plan::show(&read(OLD)).to_text());
}

#[test]
fn json_for_other_programs() {
    expect![[r#"
        {
          "plan": {
            "id": "a",
            "name": "方案",
            "from": "2023-01-01",
            "until": "2023-12-31"
          },
          "phases": [],
          "duties": [
            {
              "id": "meeting",
              "name": "主题班会",
              "clause": "三1",
              "activity": "class-meeting",
              "by": {
                "kind": [
                  "class"
                ],
                "stage": [
                  "primary"
                ],
                "post": null,
                "audience": []
              },
              "per": "class",
              "cadence": "term",
              "year": null,
              "quota": 2,
              "from": null,
              "until": null,
              "season": "always",
              "due": null,
              "held_by": "own",
              "weight": 1.0
            },
            {
              "id": "push",
              "name": "每周推送",
              "clause": "三2",
              "activity": "weekly-article",
              "by": {
                "kind": [
                  "school"
                ],
                "stage": [],
                "post": null,
                "audience": []
              },
              "per": "unit",
              "cadence": "weekly",
              "year": null,
              "quota": 1,
              "from": null,
              "until": null,
              "season": "in-term",
              "due": null,
              "held_by": "own",
              "weight": 1.0
            },
            {
              "id": "lesson",
              "name": "法治课",
              "clause": "三3",
              "activity": "lesson",
              "by": {
                "kind": [],
                "stage": [],
                "post": null,
                "audience": [
                  "student"
                ]
              },
              "per": "person",
              "cadence": "yearly",
              "year": "school",
              "quota": 1,
              "from": null,
              "until": null,
              "season": "always",
              "due": "+5d",
              "held_by": "superior",
              "weight": 1.0
            }
          ],
          "targets": [
            {
              "id": "know",
              "clause": "二",
              "indicator": "awareness",
              "op": ">=",
              "value": 0.9,
              "by": null,
              "baseline": null
            }
          ]
        }
    "#]]
    .assert_eq(&plan::to_json(&read(OLD)));
}

#[test]
fn who_gains_and_who_loses_work() {
    let (old, new) = (read(OLD), read(&new()));
    expect![[r#"
        # 方案（第1版，2023年1月1日至2023年12月31日） → 新方案（第2版，2023年1月1日至2023年12月31日）

        ## 新增（1项）

        - 任务 学生：法治课（三3）：每学年不少于1次，期满后5天内

        ## 取消（1项）

        - 任务 学生：法治课（三3）：每学年不少于1次，期满后5天内

        ## 改变（3项）

        - 方案 名称：方案 → 新方案
        - 任务 班级（小学）·班主任：主题班会（三1）：要求：每学期不少于2次 → 每月不少于1次
        - 目标 知晓率（二）：师生员工和家长知晓率 ≥ 90%，方案期末 → 师生员工和家长知晓率 = 100%，方案期末

        ## 谁多做，谁少做

        每个责任主体按任务频次估计的每年次数和用时；按事件和常态化的任务不计次数。

        - 班级（小学）·班主任：增加，每年4次 → 12次，+200%（约2.7小时 → 8小时）；多：主题班会
        - 学生：次数不变，每年1次 → 1次；多：法治课；少：法治课
    "#]].assert_eq(&plan::diff(&old, &new).to_text(&old, &new));
    assert!(plan::diff(&old, &old).is_empty());
}

#[test]
fn what_differs_beside_duties_and_targets() {
    let parts = r#"
[[phase]]
id = "one"
name = "动员"
clause = "二1"
from = 2023-01-01
until = 2023-03-31
goals = ["建机制"]

[[report]]
id = "month"
name = "月报"
clause = "四1"
by = { kind = ["school"] }
to = "区教育局"
cadence = "monthly"
due = "month-20"

[[responsibility]]
actor = "办公室"
clause = "五"
tasks = ["统筹"]

[[score]]
id = "case"
name = "发生案件"
clause = "六"
deduct = 2
on = ["case"]
"#;
    let before = format!("{OLD}{parts}");
    let after = before
        .replace("until = 2023-12-31", "until = 2024-12-31")
        .replace("until = 2023-03-31", "until = 2023-04-30")
        .replace("month-20", "month-10")
        .replace("[\"统筹\"]", "[\"统筹\", \"督办\"]")
        .replace("deduct = 2", "veto = true")
        .replace("id = \"one\"\nname = \"动员\"", "id = \"start\"\nname = \"启动\"");
    let (old, new) = (read(&before), read(&after));
    expect![[r#"
        # 方案（第1版，2023年1月1日至2023年12月31日） → 方案（第1版，2023年1月1日至2024年12月31日）

        ## 新增（1项）

        - 阶段 启动（二1）：起止：2023年1月1日至2023年4月30日；要求：建机制

        ## 取消（1项）

        - 阶段 动员（二1）：起止：2023年1月1日至2023年3月31日；要求：建机制

        ## 改变（4项）

        - 方案 期限：2023年1月1日至2023年12月31日 → 2023年1月1日至2024年12月31日
        - 职责 办公室（五）：职责：统筹 → 统筹；督办
        - 报送 月报（四1）：时间：每月，当月20日前 → 每月，当月10日前
        - 考核 发生案件（六）：后果：扣2分 → 一票否决
    "#]].assert_eq(&plan::diff(&old, &new).to_text(&old, &new));
}

#[test]
fn plans_of_different_bodies_compare() {
    let (old, new) = (built_in("xian"), built_in("dadukou"));
    let diff = plan::diff(&old, &new);
    let duties = |kind| {
        let duty =
            |change: &&plan::Change| change.kind == kind && change.element.starts_with("duty/");
        diff.changes.iter().filter(duty).count()
    };
    // Every old duty is either gone or stands beside one new duty.
    let kept = old.duties.len() - duties(plan::ChangeKind::Removed);
    assert_eq!(new.duties.len(), kept + duties(plan::ChangeKind::Added));
    let targets = diff.changes.iter().filter(|change| {
        change.kind == plan::ChangeKind::Added && change.element.starts_with("target/")
    });
    assert_eq!(targets.count(), 4);
}
