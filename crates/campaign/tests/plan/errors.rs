//! What `plan check` says to each mistake: line, column, what is wrong, what
//! is allowed. Each case is a small plan with one part written wrongly.

use campaign::plan;
use expect_test::{Expect, expect};

use crate::lines;

const HEAD: &str = r#"[plan]
id = "test"
name = "试验方案"
issuer = "某局"
from = 2023-01-01
until = 2023-12-31
"#;

fn told(text: &str) -> String {
    match plan::parse(text, "") {
        Ok(_) => "没有错误".to_owned(),
        Err(findings) => lines(&findings),
    }
}

/// A plan of the head and what is given; lines of the latter start at 7.
fn check(rest: &str, expect: &Expect) {
    expect.assert_eq(&told(&format!("{HEAD}{rest}")));
}

/// A plan with one duty, whose fields beside id, name and clause are given.
fn check_duty(fields: &str, expect: &Expect) {
    check(&format!("[[duty]]\nid = \"a\"\nname = \"甲\"\nclause = \"一\"\n{fields}\n"), expect);
}

#[test]
fn unknown_field() {
    check_duty(
        "by = { kind = \"school\" }\ncadense = \"term\"\nqouta = 2",
        &expect![[r#"
        第7行第1列：错误：任务 a 缺少字段 `cadence`。例如：cadence = "monthly"
        第12行第1列：错误：任务 a 没有字段 `cadense`。是不是 `cadence`？可用：id、name、clause、activity、by、per、cadence、year、from、until、season、due、event、quota、unit、held-by、weight、doer、audience、proof、minutes、indicator、note、unsure
        第13行第1列：错误：任务 a 没有字段 `qouta`。是不是 `quota`？可用：id、name、clause、activity、by、per、cadence、year、from、until、season、due、event、quota、unit、held-by、weight、doer、audience、proof、minutes、indicator、note、unsure
    "#]],
    );
}

#[test]
fn unknown_section() {
    check(
        "[[dutys]]\nid = \"a\"",
        &expect![[r#"
        第7行第3列：错误：方案文件没有 `dutys` 这一部分。是不是 `duty`？可用：plan、phase、duty、target、post、team、responsibility、report、honour、score、key-period、audience、indicator
    "#]],
    );
}

#[test]
fn wrong_type() {
    check_duty(
        "by = { kind = \"school\" }\ncadence = \"term\"\nquota = \"二\"",
        &expect![[r#"
            第13行第9列：错误：任务 a 的 `quota` 类型不对，这里是文字。应写整数
        "#]],
    );
    check_duty(
        "by = \"school\"\ncadence = 3",
        &expect![[r#"
        第11行第6列：错误：任务 a 的 `by` 写法不对。写作 { kind = ["school"] }、{ post = "class-teacher" } 或 { audience = ["student"] }
        第12行第11列：错误：任务 a 的 `cadence` 类型不对，这里是整数。应写加引号的文字
    "#]],
    );
}

#[test]
fn quota_of_nothing() {
    check_duty(
        "by = { kind = \"school\" }\ncadence = \"term\"\nquota = 0",
        &expect![[r#"
        第13行第9列：错误：任务 a 的 `quota` 不能是 0。可用：1 到 10000 的整数
    "#]],
    );
}

#[test]
fn impossible_date() {
    check(
        "[[phase]]\nid = \"p\"\nname = \"一\"\nclause = \"一\"\nfrom = 2023-02-30\nuntil = \"2023-13-01\"",
        &expect![[r#"
            第11行第8列：错误：不是存在的日期：2023-02-30。日期写作 年-月-日，如 2022-12-31
            第12行第9列：错误：阶段 p 的 `until` 不是存在的日期："2023-13-01"。日期写作 年-月-日，如 2022-12-31
        "#]],
    );
}

#[test]
fn dates_in_other_shapes() {
    check(
        "[[phase]]\nid = \"p\"\nname = \"一\"\nclause = \"一\"\nfrom = 2023-2-3\nuntil = 2023/05/01",
        &expect![[r#"
            第11行第8列：错误：日期的写法不对。年写四位，月、日各写两位，如 2022-01-05
            第12行第9列：错误：日期的写法不对。年写四位，月、日各写两位，如 2022-01-05
        "#]],
    );
}

#[test]
fn phase_outside_the_campaign() {
    check(
        "[[phase]]\nid = \"p\"\nname = \"一\"\nclause = \"一\"\nfrom = 2022-12-01\nuntil = 2023-06-30",
        &expect![[r#"
            第11行第8列：错误：阶段 p 的日期 2022-12-01 超出方案期限。可用：2023-01-01 到 2023-12-31
        "#]],
    );
    check(
        "[[phase]]\nid = \"p\"\nname = \"一\"\nclause = \"一\"\nfrom = 2023-07-01\nuntil = 2023-06-30",
        &expect![[r#"
            第12行第9列：错误：阶段 p 的结束日 2023-06-30 早于开始日 2023-07-01。until 不得早于 from
        "#]],
    );
}

#[test]
fn duplicate_ids() {
    check(
        "[[target]]\nid = \"a\"\nname = \"甲\"\nclause = \"二\"\nindicator = \"cases\"\nequals = 0\n\
        [[duty]]\nid = \"a\"\nname = \"甲\"\nclause = \"一\"\nby = { kind = \"school\" }\ncadence = \"term\"",
        &expect![[r#"
            第14行第6列：错误：任务编号 `a` 重复。第8行已用过，换一个编号
        "#]],
    );
}

#[test]
fn duty_that_nobody_can_have() {
    check_duty(
        "by = { kind = \"class\", stage = \"training\" }\ncadence = \"term\"",
        &expect![[r#"
            第11行第15列：错误：任务 a 的 by 没有人能承担：这些学段没有班级。班级可有的学段：kindergarten、primary、middle、high、vocational、university
        "#]],
    );
    check_duty(
        "by = { kind = \"bureau\", stage = \"primary\" }\ncadence = \"term\"",
        &expect![[r#"
            第11行第15列：错误：任务 a 的 by 没有人能承担：这些学段没有主管部门。主管部门不分学段，删去 stage
        "#]],
    );
    check_duty(
        "by = { kind = \"school\", post = \"class-teacher\" }\ncadence = \"term\"",
        &expect![[r#"
            第11行第15列：错误：任务 a 的 by 没有人能承担：学校不设班主任。班主任可设在：class
        "#]],
    );
    check_duty(
        "by = { audience = \"training-institution\" }\ncadence = \"term\"",
        &expect![[r#"
            第11行第19列：错误：任务 a 的 by 没有人能承担：`training-institution` 不是人员。单位的任务写 kind 和 stage，如 { kind = ["school"], stage = ["training"] }
        "#]],
    );
    check_duty(
        "by = { audience = \"child\", stage = \"middle\" }\ncadence = \"term\"",
        &expect![[r#"
            第11行第36列：错误：任务 a 的 by 没有人能承担：这些学段没有在园幼儿。改学段，或改对象
        "#]],
    );
    check_duty(
        "by = { stage = \"primary\" }\ncadence = \"term\"",
        &expect![[r#"
            第11行第6列：错误：任务 a 的 by 没有说是谁的任务。写 kind（单位类别）、post（岗位）或 audience（人员对象）之一
        "#]],
    );
    check_duty(
        "by = { audience = \"student\", post = \"liaison\" }\ncadence = \"term\"",
        &expect![[r#"
            第11行第19列：错误：任务 a 的 by 同时写了 post 和 audience。岗位和人员对象只能写一个；给谁做用任务的 audience 字段
        "#]],
    );
}

#[test]
fn per_that_is_not_by() {
    check_duty(
        "by = { kind = \"class\" }\nper = \"unit\"\ncadence = \"term\"",
        &expect![[r#"
        第12行第7列：错误：任务 a 的 `per` 与 `by` 不一致。按 `by` 应为 `class`（每班），也可不写
    "#]],
    );
    check_duty(
        "by = { audience = \"student\" }\nper = \"class\"\ncadence = \"term\"",
        &expect![[r#"
            第12行第7列：错误：任务 a 的 `per` 与 `by` 不一致。按 `by` 应为 `person`（每人），也可不写
        "#]],
    );
}

#[test]
fn unknown_codes() {
    check_duty(
        "by = { kind = [\"shcool\"], stage = [\"小学\"] }\ncadence = \"每学期\"\ndoer = \"班主任\"\n\
        audience = [\"studnet\"]\nproof = [\"照片\", \"roll\"]",
        &expect![[r#"
            第11行第16列：错误：任务 a 的 by 的 `kind` 不认识 `shcool`。是不是 `school`？可用：bureau、department、institution、school、faculty、grade、class、group
            第11行第36列：错误：任务 a 的 by 的 `stage` 不认识 `小学`。“小学”写作 `primary`
            第12行第11列：错误：任务 a 的 `cadence` 不认识 `每学期`。“每学期”写作 `term`
            第13行第8列：错误：任务 a 的 `doer` 不认识岗位 `班主任`。“班主任”写作 `class-teacher`
            第14行第13列：错误：任务 a 不认识对象 `studnet`。是不是 `student`？可用：student、freshman、enrolled-student、vocational-student、child、card-risk-student、susceptible、victim、staff、new-staff、retired-staff、finance-staff、unit-leader、party-member、league-member、parent、volunteer、training-institution、community
            第15行第10列：错误：任务 a 的 `proof` 不认识 `照片`。“照片”写作 `photo`
        "#]],
    );
}

#[test]
fn target_without_indicator() {
    check(
        "[[target]]\nid = \"t\"\nname = \"目标\"\nclause = \"二\"\nat-least = 0.8",
        &expect![[r#"
            第7行第1列：错误：目标 t 缺少指标 `indicator`。例如：indicator = "alliance-coverage"
        "#]],
    );
    check(
        "[[target]]\nid = \"t\"\nname = \"目标\"\nclause = \"二\"\nindicator = \"alliance\"\nat-least = 80",
        &expect![[r#"
            第11行第13列：错误：目标 t 不认识指标 `alliance`。可用：alliance-coverage、school-honour-rate、faculty-honour-rate、class-honour-rate、unit-honour-rate、cases、card-cases、loss、awareness、awareness-campus、awareness-parent、familiarity、lesson-coverage、letter-coverage、publicity-coverage、related-coverage、grid-coverage、app-installed、app-real-name、app-in-use、app-installed-freshmen、shield-registered、clue-outcome、warning-answered、commitment-signed、quiz-pass、plan-submitted、report-timely、publicity-weeks、satisfaction；也可用 [[indicator]] 自定义
        "#]],
    );
}

#[test]
fn target_bounds() {
    const T: &str = "[[target]]\nid = \"t\"\nname = \"目标\"\nclause = \"二\"\n";
    check(
        &format!("{T}indicator = \"awareness\""),
        &expect![[r#"
        第7行第1列：错误：目标 t 没有界限。写 at-least、at-most、equals、drop 之一
    "#]],
    );
    check(
        &format!("{T}indicator = \"awareness\"\nat-least = 80"),
        &expect![[r#"
        第12行第12列：错误：目标 t 的比率不能是 80。可用：0 到 1 的数，或写作 "80%"
    "#]],
    );
    check(
        &format!("{T}indicator = \"cases\"\ndrop = \"50%\""),
        &expect![[r#"
        第12行第8列：错误：目标 t 写了降幅，没有基准年。加上 baseline，如 baseline = 2021
    "#]],
    );
    check(
        &format!("{T}indicator = \"cases\"\nat-most = 3\nbaseline = 2021"),
        &expect![[r#"
        第13行第12列：错误：目标 t 有基准年，界限须是降幅。写作 baseline = 2021 和 drop = 0.5
    "#]],
    );
    check(
        &format!("{T}indicator = \"cases\"\nat-most = 3\nequals = 0"),
        &expect![[r#"
        第13行第10列：错误：目标 t 写了两个界限。写 at-least、at-most、equals、drop 之一
    "#]],
    );
    check(
        &format!("{T}indicator = \"cases\"\nat-most = 3\nby = 2024-06-30"),
        &expect![[r#"
        第13行第6列：错误：目标 t 的日期 2024-06-30 超出方案期限。可用：2023-01-01 到 2023-12-31
    "#]],
    );
}

#[test]
fn due_that_does_not_fit_the_cadence() {
    const BY: &str = "by = { kind = \"school\" }\n";
    check_duty(
        &format!("{BY}cadence = \"term\"\ndue = \"month-20\""),
        &expect![[r#"
        第13行第7列：错误：任务 a 的 `due` 与频次（每学期）不合。这种频次可用 +天数d、+工作日数w
    "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"monthly\"\ndue = 2023-02-28"),
        &expect![[r#"
        第13行第7列：错误：任务 a 的 `due` 与频次（每月）不合。每月的任务可用 month-日、+天数d、+工作日数w
    "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"once\"\ndue = \"+5d\""),
        &expect![[r#"
        第13行第7列：错误：任务 a 的 `due` 与频次（一次性）不合。一次性任务的 due 写日期，如 2023-02-28
    "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"once\"\ndue = 2024-02-28"),
        &expect![[r#"
        第13行第7列：错误：任务 a 的日期 2024-02-28 超出方案期限。可用：2023-01-01 到 2023-12-31
    "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"monthly\"\ndue = \"month-32\""),
        &expect![[r#"
        第13行第7列：错误：任务 a 的 `due` 看不懂 `month-32`。可用：month-20（当月20日）、+5d（期满后5天）、+3w（期满后3个工作日）、日期（仅限一次性任务）
    "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"continuous\"\ndue = \"+5d\"\nquota = 2"),
        &expect![[r#"
            第13行第7列：错误：任务 a 的 `due` 与频次（常态化）不合。常态化任务没有截止日，删去 due
            第14行第9列：错误：任务 a 是常态化任务，没有次数。删去 quota，或给出频次
        "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"once\"\nfrom = 2023-05-01\ndue = 2023-04-30"),
        &expect![[r#"
            第14行第7列：错误：任务 a 的截止日 2023-04-30 早于开始日 2023-05-01。due 不得早于 from
        "#]],
    );
}

#[test]
fn event_without_limit() {
    const BY: &str = "by = { kind = \"school\" }\n";
    check_duty(
        &format!("{BY}cadence = \"event\""),
        &expect![[r#"
        第7行第1列：错误：任务 a 缺少字段 `event`。例如：event = { name = "case", within-days = 3 }
    "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"event\"\nevent = {{ name = \"case\" }}"),
        &expect![[r#"
            第13行第9列：错误：任务 a 的 event 缺少字段 `within-days`。例如：within-days = 3
        "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"event\"\nevent = {{ name = \"cas\", within-days = 3 }}"),
        &expect![[r#"
            第13行第18列：错误：不认识事件 `cas`。是不是 `case`？可用：case、transfer、warning、clue、new-case-pattern、new-scam、card-offence、formalism、negligence、late-report、admission、freshmen-arrival、group-created、campus-activity、fee-collection、outstanding；也可写中文名称自定义
        "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"term\"\nevent = {{ name = \"case\", within-days = 3 }}"),
        &expect![[r#"
            第13行第9列：错误：任务 a 不是按事件的任务，不能写 `event`。event 只用于 cadence = "event"
        "#]],
    );
}

#[test]
fn fields_of_other_cadences() {
    const BY: &str = "by = { kind = \"school\" }\n";
    check_duty(
        &format!("{BY}cadence = \"term\"\nyear = \"school\""),
        &expect![[r#"
        第13行第8列：错误：任务 a 不是每年的任务，不能写 `year`。year 只用于 cadence = "yearly"
    "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"term\"\nseason = \"vacation\""),
        &expect![[r#"
        第13行第10列：错误：任务 a 没有时段可做：学期里没有假期。每学期的任务用 in-term 或 always
    "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"term\"\nindicator = \"awareness\""),
        &expect![[r#"
        第13行第13列：错误：任务 a 不是常态化任务，不用指标评判。indicator 只用于 cadence = "continuous"
    "#]],
    );
    check_duty(
        &format!("{BY}cadence = \"phase\""),
        &expect![[r#"
        第12行第11列：错误：方案没有阶段，不能按阶段要求。先写 [[phase]]，或改频次
    "#]],
    );
}

#[test]
fn references_to_nothing() {
    check(
        "[[responsibility]]\nactor = \"办公室\"\nclause = \"二\"\ntasks = [\"统筹\"]\nduties = [\"a\"]\nkey-periods = [\"opening\"]\n\
        [[honour]]\nid = \"h\"\nname = \"无诈学校\"\nclause = \"三\"\nkind = [\"school\"]\ncriteria = [\"人人知晓\", { text = \"零发案\", fact = \"case-count\" }]\nrevoked-by = [\"cases\", \"case\"]\n\
        [[score]]\nid = \"s\"\nname = \"扣分\"\nclause = \"四\"\ndeduct = 2\non = [\"b\", \"h\"]\n\
        [[post]]\npost = \"liaison\"\nclause = \"二\"\nkind = [\"school\"]\nduty = \"c\"",
        &expect![[r#"
            第11行第11列：错误：职责的 `duties` 引用了不存在的 `a`。方案里还没有可引用的编号
            第12行第16列：错误：职责的 `key-periods` 引用了不存在的 `opening`。方案里还没有可引用的编号
            第18行第44列：错误：创建的 `criteria` 引用了不存在的 `case-count`。可用：admission、campus-activity、card-offence、case、clue、fee-collection、formalism、freshmen-arrival、group-created、h、late-report、negligence、new-case-pattern、new-scam、outstanding、transfer、warning
            第25行第7列：错误：考核项的 `on` 引用了不存在的 `b`。是不是 `h`？可用：admission、campus-activity、card-offence、case、clue、fee-collection、formalism、freshmen-arrival、group-created、h、late-report、negligence、new-case-pattern、new-scam、outstanding、transfer、warning
            第30行第8列：错误：岗位的 `duty` 引用了不存在的 `c`。方案里还没有可引用的编号
        "#]],
    );
}

#[test]
fn empty_clause() {
    check(
        "[[duty]]\nid = \"a\"\nname = \"甲\"\nclause = \" \"\nby = { kind = \"school\" }\ncadence = \"term\"\n\
        [[duty]]\nid = \"b\"\nname = \"\"\nby = { kind = \"school\" }\ncadence = \"term\"",
        &expect![[r#"
            第10行第10列：错误：任务 a 的 `clause` 是空的。写上内容，或删去这一行
            第13行第1列：错误：任务 b 缺少字段 `clause`。例如：clause = "三（一）1"
            第15行第8列：错误：任务 b 的 `name` 是空的。写上内容，或删去这一行
        "#]],
    );
}

#[test]
fn bad_ids() {
    check(
        "[[duty]]\nid = \"发告知书\"\nname = \"甲\"\nclause = \"一\"\nby = { kind = \"school\" }\ncadence = \"term\"",
        &expect![[r#"
            第8行第6列：错误：编号 `发告知书` 不合格式。编号用小写英文字母、数字和连字符，以字母开头
        "#]],
    );
}

#[test]
fn other_parts() {
    check(
        "[[post]]\npost = \"grid-boss\"\nclause = \"二\"\nkind = [\"school\"]\n\
        [[post]]\npost = \"class-teacher\"\nclause = \"二\"\nkind = [\"bureau\"]\n\
        [[team]]\nid = \"t\"\nname = \"工作组\"\nclause = \"二\"\nkind = [\"school\"]\nposts = [\"grid-cheif\"]\n\
        [[score]]\nid = \"s\"\nname = \"扣分\"\nclause = \"四\"\ndeduct = 2\nveto = true\n\
        [[report]]\nid = \"r\"\nname = \"月报\"\nclause = \"五\"\nby = { kind = \"school\" }\nto = \"局\"\ncadence = \"monthly\"\nfields = [{ id = \"x\", name = \"线索\", source = \"clue\" }]",
        &expect![[r#"
            第8行第8列：错误：不认识岗位 `grid-boss`。可用：leading-head、leading-deputy、leading-member、office-head、office-deputy、task-force、unit-head、liaison、report-liaison、inspector、grid-chief、security-officer、community-police、volunteer、legal-vice-principal、moral-education-head、brigade-counsellor、youth-league-secretary、grade-leader、class-teacher、counsellor、class-monitor、class-safety-member、group-leader、parents-committee、student-work-office-head、section-office、section-publicity、section-finance、section-personnel、section-education、section-safety、section-supervision、section-league、section-it、section-student-affairs、section-admissions、section-retired；自定义岗位须用英文编号并写 name
            第14行第9列：错误：主管部门不设班主任。可设在：class
            第20行第10列：错误：工作组 t 的 `posts` 不认识岗位 `grid-cheif`。是不是 `grid-chief`？可用：leading-head、leading-deputy、leading-member、office-head、office-deputy、task-force、unit-head、liaison、report-liaison、inspector、grid-chief、security-officer、community-police、volunteer、legal-vice-principal、moral-education-head、brigade-counsellor、youth-league-secretary、grade-leader、class-teacher、counsellor、class-monitor、class-safety-member、group-leader、parents-committee、student-work-office-head、section-office、section-publicity、section-finance、section-personnel、section-education、section-safety、section-supervision、section-league、section-it、section-student-affairs、section-admissions、section-retired
            第21行第1列：错误：考核项 s 写了不止一个后果。写 points、deduct、bonus、veto = true、consequence 之一
            第34行第45列：错误：不认识数据来源 `clue`。可用：unit、month、activities、notes、clues-month、clues-total、clue-list、duties、practices、text、number
        "#]],
    );
}

#[test]
fn head_alone() {
    expect![[r#"
        第1行第1列：错误：缺少 [plan] 部分。以 [plan] 开头，写 id、name、issuer、from、until
    "#]]
    .assert_eq(&told(""));
    expect![[r#"
        第1行第1列：错误：方案缺少字段 `in-force`。例如：in-force = 2023-03-01
        第6行第9列：错误：方案的结束日 2023-01-01 早于开始日 2023-09-01。until 不得早于 from
        第8行第10列：错误：方案不能采用自己
    "#]].assert_eq(&told(
        "[plan]\nid = \"a\"\nname = \"甲\"\nissuer = \"局\"\nfrom = 2023-09-01\nuntil = 2023-01-01\nversion = 2\nadopts = \"a\"\n",
    ));
}

#[test]
fn broken_toml_is_told_in_chinese_and_reading_goes_on() {
    check(
        "[[duty]]\nid = a\nname = \"甲\nclause \"一\"\nby = { kind = \"school\"\ncadence = \"term\"\n\n[[duty]]\nid = \"b\"\nid = \"c\"",
        &expect![[r#"
            第8行第6列：错误：文件格式有误：文字没有加引号。写作 name = "…"
            第9行第10列：错误：文件格式有误：引号没有配对。文字首尾各一个英文双引号
            第10行第8列：错误：文件格式有误：只有字段名，没有值。写作 字段 = 值
            第11行第1列：错误：文件格式有误：方括号或花括号没有结束。写作 ["a", "b"] 或 { kind = "school" }
            第16行第1列：错误：文件格式有误：同一字段写了两次。删去其中一个
        "#]],
    );
}

#[test]
fn columns_count_characters() {
    check(
        "[[duty]]\nid = \"a\"\nname = \"甲\" # 说明\nclause = \"一\"\nby = { audience = [\"学生\", \"家长会\"] }\ncadence = \"term\"",
        &expect![[r#"
            第11行第20列：错误：任务 a 的 by 不认识对象 `学生`。“学生”写作 `student`
            第11行第26列：错误：任务 a 的 by 不认识对象 `家长会`。可用：student、freshman、enrolled-student、vocational-student、child、card-risk-student、susceptible、victim、staff、new-staff、retired-staff、finance-staff、unit-leader、party-member、league-member、parent、volunteer、training-institution、community
        "#]],
    );
}

#[test]
fn a_plan_with_nothing_wrong_is_accepted() {
    check_duty(
        "by = { kind = \"class\", stage = [\"primary\", \"middle\"] }\nper = \"class\"\ncadence = \"yearly\"\nyear = \"school\"\ndue = \"+3w\"\nweight = 2",
        &expect!["没有错误"],
    );
}

#[test]
fn an_empty_list_is_told_and_loses_no_duty() {
    check_duty(
        "by = { kind = [], stage = [\"primary\"] }\ncadence = \"term\"\nproof = []",
        &expect![[r#"
            第11行第15列：错误：任务 a 的 by 的 `kind` 是空的列表。写上内容，或删去这一行
            第13行第9列：错误：任务 a 的 `proof` 是空的列表。写上内容，或删去这一行
        "#]],
    );
}

#[test]
fn full_width_marks_and_long_years_are_told() {
    check_duty(
        "by = { kind = “school” }\ncadence ＝ \"term\"\nfrom = 20230-01-01\nnote = \"甲，“乙”\" # 丙，丁",
        &expect![[r#"
            第11行第15列：错误：文件格式有误：用了全角的 “。改用英文的 "
            第12行第9列：错误：文件格式有误：用了全角的 ＝。改用英文的 =
            第13行第8列：错误：日期的写法不对。年写四位，月、日各写两位，如 2022-01-05
        "#]],
    );
}
