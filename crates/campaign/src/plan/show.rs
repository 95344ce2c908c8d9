//! A plan as a document that a leader can read. The document is a value: the
//! command line prints it, pages render it.

// Writing into a String cannot fail, so the results below are dropped.
use std::fmt::Write as _;

use super::catalogue;
use super::describe::{date_words, due_words, number_words};
use super::estimate::{acts_per_year, minutes_per_year};
use super::model::{Cadence, Duty, Plan, ReportWanted, ScoreEffect};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub title: String,
    pub sections: Vec<Section>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Text(String),
    Heading(String),
    List(Vec<String>),
    Table(Table),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub head: Vec<&'static str>,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The element that the row shows, as `duty/w-notice-letter`, for links.
    pub element: String,
    pub cells: Vec<String>,
}

/// The plan as a document. Empty parts are left out.
pub fn show(plan: &Plan) -> Document {
    let parts: [(&str, Vec<Block>); 11] = [
        ("基本情况", basics(plan)),
        ("阶段", phases(plan)),
        ("目标", targets(plan)),
        ("任务", duties(plan)),
        ("职责分工", responsibilities(plan)),
        ("岗位和工作组", posts(plan)),
        ("重点时段", key_periods(plan)),
        ("报送", reports(plan)),
        ("创建", honours(plan)),
        ("考核", scoring(plan)),
        ("待确认", unsure(plan)),
    ];
    let sections = parts
        .into_iter()
        .filter(|(_, blocks)| !blocks.is_empty())
        .enumerate()
        .map(|(n, (title, blocks))| Section {
            title: format!("{}、{title}", chinese(n)),
            blocks,
        })
        .collect();
    Document { title: plan.head.name.clone(), sections }
}

fn chinese(n: usize) -> &'static str {
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一"]
        .get(n)
        .copied()
        .unwrap_or("附")
}

fn basics(plan: &Plan) -> Vec<Block> {
    let head = &plan.head;
    let mut lines = vec![
        format!("制定单位：{}", head.issuer),
        format!("期限：{}至{}", date_words(head.from), date_words(head.until)),
    ];
    if let Some(document) = &head.document {
        lines.push(format!("依据文件：{document}"));
    }
    if let Some(adopted) = &head.adopts {
        lines.push(format!("采用上级方案：{adopted}"));
    }
    if head.version > 1 {
        let day = head.in_force.map(date_words).unwrap_or_default();
        lines.push(format!("第{}版，{day}起施行", head.version));
    }
    lines.push(format!(
        "内容：{}个阶段、{}个目标、{}项任务、{}条职责",
        plan.phases.len(),
        plan.targets.len(),
        plan.duties.len(),
        plan.responsibilities.len()
    ));
    if let Some(note) = &head.note {
        lines.push(format!("说明：{note}"));
    }
    vec![Block::List(lines)]
}

/// A table, or nothing if it would have no rows.
fn table(head: &[&'static str], rows: Vec<Row>) -> Vec<Block> {
    if rows.is_empty() {
        return Vec::new();
    }
    vec![Block::Table(Table { head: head.to_vec(), rows })]
}

fn row(section: &str, id: &str, cells: Vec<String>) -> Row {
    Row { element: format!("{section}/{id}"), cells }
}

fn phases(plan: &Plan) -> Vec<Block> {
    let rows = plan.phases.iter().map(|phase| {
        let cells = vec![
            phase.name.clone(),
            format!("{}至{}", date_words(phase.from), date_words(phase.until)),
            phase.goals.join("；"),
            phase.clause.clone(),
        ];
        row("phase", &phase.id, cells)
    });
    table(&["阶段", "起止", "要求", "依据"], rows.collect())
}

fn targets(plan: &Plan) -> Vec<Block> {
    let rows = plan.targets.iter().map(|target| {
        let cells = vec![target.name.clone(), plan.target_words(target), target.clause.clone()];
        row("target", &target.id, cells)
    });
    table(&["目标", "指标和期限", "依据"], rows.collect())
}

/// Duties under those who owe them, in the order of the plan.
fn duties(plan: &Plan) -> Vec<Block> {
    let mut groups: Vec<(String, Vec<&Duty>)> = Vec::new();
    for duty in &plan.duties {
        let who = plan.by_words(&duty.by);
        match groups.iter_mut().find(|(known, _)| *known == who) {
            Some((_, duties)) => duties.push(duty),
            None => groups.push((who, vec![duty])),
        }
    }
    let mut blocks = Vec::new();
    if !groups.is_empty() {
        let words = "截止一栏空着的，以每个周期的最后一天为截止。";
        blocks.push(Block::Text(words.to_owned()));
    }
    for (who, duties) in groups {
        blocks.push(Block::Heading(who));
        let rows = duties.iter().map(|duty| row("duty", &duty.id, duty_cells(plan, duty)));
        blocks.extend(table(
            &["任务", "频次和数量", "截止", "责任人", "对象", "佐证（任一）", "用时", "依据"],
            rows.collect(),
        ));
        blocks.push(Block::Text(load_words(plan, &duties)));
    }
    blocks
}

fn duty_cells(plan: &Plan, duty: &Duty) -> Vec<String> {
    let minutes = duty.minutes.map_or_else(String::new, |minutes| format!("{minutes}分钟"));
    let doer = duty.doer.as_deref().map_or("", |post| plan.post_name(post));
    let due = match duty.due_words() {
        None if duty.cadence == Cadence::Once => {
            format!("{}前（方案期末）", date_words(plan.head.until))
        }
        words => words.unwrap_or_default(),
    };
    let mut name = duty.name.clone();
    if let Some(note) = &duty.note {
        name = format!("{name}（注：{note}）");
    }
    vec![
        name,
        duty.cadence_words(),
        due,
        doer.to_owned(),
        plan.audience_words(&duty.audience),
        duty.proof_words(),
        minutes,
        duty.clause.clone(),
    ]
}

/// What a year of these duties costs each who owes them.
fn load_words(plan: &Plan, duties: &[&Duty]) -> String {
    // An empty float sum is -0, which would be printed with its sign.
    let acts: f64 =
        duties.iter().filter_map(|duty| acts_per_year(plan, duty)).fold(0.0, |sum, n| sum + n);
    let minutes: f64 = duties.iter().filter_map(|duty| minutes_per_year(plan, duty)).sum();
    let open = duties.iter().filter(|duty| acts_per_year(plan, duty).is_none()).count();
    let mut words = format!("估计每年{acts:.0}次");
    if minutes > 0.0 {
        let _ = write!(words, "，约{:.0}小时", minutes / 60.0);
    }
    if open > 0 {
        let _ = write!(words, "；另有{open}项按事件或常态化，不计次数");
    }
    words
}

fn responsibilities(plan: &Plan) -> Vec<Block> {
    let rows = plan.responsibilities.iter().enumerate().map(|(n, one)| {
        let names: Vec<&str> = one
            .duties
            .iter()
            .map(|id| plan.duty(id).map_or(id.as_str(), |d| &d.name))
            .collect();
        let cells = vec![
            one.actor.clone(),
            one.tasks.join("；"),
            names.join("；"),
            plan.audience_words(&one.audience),
            one.clause.clone(),
        ];
        row("responsibility", &n.to_string(), cells)
    });
    table(&["部门或单位", "职责", "对应任务", "对象", "依据"], rows.collect())
}

fn posts(plan: &Plan) -> Vec<Block> {
    let rows = plan.posts.iter().map(|post| {
        let kinds: Vec<&str> = post.kind.iter().map(|kind| kind.chinese()).collect();
        let stages: Vec<&str> = post.stage.iter().map(|stage| stage.chinese()).collect();
        let place = if stages.is_empty() {
            kinds.join("、")
        } else {
            format!("{}（{}）", kinds.join("、"), stages.join("、"))
        };
        let cells = vec![
            plan.post_name(&post.post).to_owned(),
            place,
            format!("至少{}人", post.least),
            post.clause.clone(),
        ];
        row("post", &post.post, cells)
    });
    let mut blocks = table(&["岗位", "设在", "人数", "依据"], rows.collect());
    let rows = plan.teams.iter().map(|team| {
        let kinds: Vec<&str> = team.kind.iter().map(|kind| kind.chinese()).collect();
        let posts: Vec<&str> = team.posts.iter().map(|post| plan.post_name(post)).collect();
        let cells =
            vec![team.name.clone(), kinds.join("、"), posts.join("、"), team.clause.clone()];
        row("team", &team.id, cells)
    });
    blocks.extend(table(&["工作组", "设在", "组成", "依据"], rows.collect()));
    blocks
}

fn key_periods(plan: &Plan) -> Vec<Block> {
    let rows = plan.key_periods.iter().map(|period| {
        let names: Vec<&str> = period
            .duties
            .iter()
            .map(|id| plan.duty(id).map_or(id.as_str(), |duty| &duty.name))
            .collect();
        let note = period.note.clone().unwrap_or_default();
        row(
            "key-period",
            &period.id,
            vec![period.name.clone(), names.join("；"), note, period.clause.clone()],
        )
    });
    table(&["时段", "要做的任务", "说明", "依据"], rows.collect())
}

fn reports(plan: &Plan) -> Vec<Block> {
    let rows = plan.reports.iter().map(|report| {
        let fields: Vec<&str> = report.fields.iter().map(|field| field.name.as_str()).collect();
        let cells = vec![
            report.name.clone(),
            plan.by_words(&report.by),
            report.to.clone(),
            report_when(report),
            fields.join("、"),
            report.clause.clone(),
        ];
        row("report", &report.id, cells)
    });
    table(&["报送", "谁报", "报给", "时间", "栏目", "依据"], rows.collect())
}

fn report_when(report: &ReportWanted) -> String {
    match report.due {
        Some(due) => format!("{}，{}", report.cadence.chinese(), due_words(due)),
        None => report.cadence.chinese().to_owned(),
    }
}

fn honours(plan: &Plan) -> Vec<Block> {
    let rows = plan.honours.iter().map(|honour| {
        let kinds: Vec<&str> = honour.kind.iter().map(|kind| kind.chinese()).collect();
        let criteria: Vec<&str> =
            honour.criteria.iter().map(|criterion| criterion.text.as_str()).collect();
        let revoked: Vec<&str> =
            honour.revoked_by.iter().map(|event| catalogue::event_name(event)).collect();
        let cells = vec![
            honour.name.clone(),
            kinds.join("、"),
            honour.cadence.map_or("", Cadence::chinese).to_owned(),
            criteria.join("；"),
            revoked.join("；"),
            honour.clause.clone(),
        ];
        row("honour", &honour.id, cells)
    });
    table(&["称号", "授予", "评选", "条件", "撤销", "依据"], rows.collect())
}

fn scoring(plan: &Plan) -> Vec<Block> {
    let rows = plan.scoring.iter().map(|rule| {
        let effect = match rule.effect {
            ScoreEffect::Points(points) => format!("{}分", number_words(points)),
            ScoreEffect::Deduct(points) => format!("扣{}分", number_words(points)),
            ScoreEffect::Bonus(points) => format!("加{}分", number_words(points)),
            ScoreEffect::Veto => "一票否决".to_owned(),
            ScoreEffect::Consequence(measure) => measure.chinese().to_owned(),
        };
        let on: Vec<&str> = rule.on.iter().map(|id| fact_name(plan, id)).collect();
        row(
            "score",
            &rule.id,
            vec![rule.name.clone(), effect, on.join("；"), rule.clause.clone()],
        )
    });
    table(&["情形", "后果", "依据的事实", "依据"], rows.collect())
}

/// The Chinese name of whatever a criterion or score looks at.
fn fact_name<'p>(plan: &'p Plan, id: &'p str) -> &'p str {
    if let Some(duty) = plan.duty(id) {
        return &duty.name;
    }
    if let Some(target) = plan.target(id) {
        return &target.name;
    }
    if plan.measured(id).is_some() {
        return plan.indicator_name(id);
    }
    let honour = plan.honours.iter().find(|honour| honour.id == id).map(|honour| &honour.name);
    let report = plan.reports.iter().find(|report| report.id == id).map(|report| &report.name);
    honour.or(report).map_or_else(|| catalogue::event_name(id), |name| name.as_str())
}

fn unsure(plan: &Plan) -> Vec<Block> {
    let duties = plan.duties.iter().filter_map(|duty| {
        Some(format!("任务“{}”（{}）：{}", duty.name, duty.clause, duty.unsure.as_ref()?))
    });
    let targets = plan.targets.iter().filter_map(|target| {
        Some(format!("目标“{}”（{}）：{}", target.name, target.clause, target.unsure.as_ref()?))
    });
    let lines: Vec<String> = duties.chain(targets).collect();
    if lines.is_empty() { Vec::new() } else { vec![Block::List(lines)] }
}

impl Document {
    /// The document as plain text, with tables in Markdown.
    pub fn to_text(&self) -> String {
        let mut text = format!("# {}\n", self.title);
        for section in &self.sections {
            let _ = writeln!(text, "\n## {}", section.title);
            for block in &section.blocks {
                text.push('\n');
                write_block(&mut text, block);
            }
        }
        text
    }
}

fn write_block(text: &mut String, block: &Block) {
    match block {
        Block::Text(words) => {
            text.push_str(words);
            text.push('\n');
        }
        Block::Heading(words) => {
            let _ = writeln!(text, "### {words}");
        }
        Block::List(lines) => {
            for line in lines {
                let _ = writeln!(text, "- {line}");
            }
        }
        Block::Table(table) => {
            let _ = writeln!(text, "| {} |", table.head.join(" | "));
            let _ = writeln!(text, "|{}", " --- |".repeat(table.head.len()));
            for row in &table.rows {
                let cells: Vec<String> =
                    row.cells.iter().map(|cell| cell.replace('|', "｜")).collect();
                let _ = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
    }
}
