//! The pages of an import: the upload, the preview, the result.

use campaign::access::Action;
use maud::{Markup, html};
use office::roster::Field;
use storage::job::{self, Job, State as JobState};

use super::{KIND, Order, Report, SheetLine, upload};
use crate::layout::{self, Page, Tone, crumbs, field, heading, note, tag};
use crate::session::SignedIn;
use crate::{App, WebError, jobs, path};

pub(super) async fn form(
    app: &App,
    who: &SignedIn,
    asked: &str,
    wrong: Option<&str>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::ManageOrganisation, Some(asked))?;
    let mut conn = app.store.read().await?;
    let latest =
        job::Filter { kind: KIND, part: storage::Part::first(10), ..job::Filter::default() };
    let recent = job::of_account(&mut conn, &who.actor.account, &latest).await?;
    drop(conn);
    let content = html! {
        (crumbs(&[("人员".to_owned(), path::PEOPLE.to_owned()), ("导入花名册".to_owned(), String::new())]))
        (heading("导入花名册", Some(html! { a.button.quiet href=(format!("{}/template", path::IMPORT)) { "下载模板" } })))
        @if let Some(words) = wrong { (note(words, Tone::Bad)) }
        form.card.narrow method="post" action=(path::IMPORT) enctype="multipart/form-data" {
            input type="hidden" name="unit" value=(top.unit.id);
            (field("导入到", Some("名单中的学校、年级、班级若不存在，会在确认后新建"), html! { input type="text" value=(tree.full_name(&top.unit.id)) disabled; }))
            (field("花名册文件", Some(&format!("Excel 工作簿（.xlsx）或 CSV，最大 {} MB；列名如 姓名、学号、年级、班级、监护人、手机 会自动识别", upload::BYTES_MAX >> 20)), html! {
                input type="file" name="file" required accept=".xlsx,.csv,.txt,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,text/csv";
            }))
            button type="submit" { "上传并预览" }
            p.muted.small { "先预览，不会立即写入。有错误时一行也不导入；再次导入只更新有变化的人员。" }
        }
        @if !recent.is_empty() {
            section.card.flush { h2.inset { "最近的导入" } (jobs::table(app, &recent)) }
        }
    };
    Ok(layout::page(app, who, Page { title: "导入花名册", here: path::PEOPLE, content }))
}

pub(super) fn show(app: &App, who: &SignedIn, job: &Job, order: &Order) -> Markup {
    let tree = app.live.tree();
    let report: Option<Report> =
        job.result.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let here = format!("{}/{}", path::IMPORT, job.id);
    let content = html! {
        (crumbs(&[
            ("人员".to_owned(), path::PEOPLE.to_owned()),
            ("导入花名册".to_owned(), path::with_query(path::IMPORT, &[("unit", &order.unit)])),
            (order.name.clone(), String::new()),
        ]))
        (heading(&order.name, Some(state_tag(job, report.as_ref()))))
        p.lede { "导入到：" (tree.full_name(&order.unit)) }
        @if !job.state.is_over() {
            (jobs::running_part(app, job))
        } @else if job.state == JobState::Failed {
            (note(&job.message, Tone::Bad))
            p.actions { a.button href=(path::with_query(path::IMPORT, &[("unit", &order.unit)])) { "重新上传" } }
        } @else if job.state == JobState::Cancelled {
            (note(&job.message, Tone::Calm))
        } @else if let Some(report) = &report {
            (report_part(report, order, &here))
        }
    };
    layout::page(app, who, Page { title: "导入花名册", here: path::PEOPLE, content })
}

/// A job that is done is not yet an import: the preview waits for a yes.
fn state_tag(job: &Job, report: Option<&Report>) -> Markup {
    match report.filter(|_| job.state == JobState::Done) {
        Some(report) if report.written => tag("已导入", Tone::Good),
        Some(report) if report.errors > 0 => tag("有错误，未导入", Tone::Bad),
        Some(_) => tag("等待确认", Tone::Warn),
        None => jobs::state_tag(job.state),
    }
}

fn report_part(report: &Report, order: &Order, here: &str) -> Markup {
    html! {
        @if report.written {
            (note("导入完成，全部写入。", Tone::Good))
        } @else if report.errors > 0 {
            (note(&format!("有 {} 处错误，一行也没有导入。请下载标注的表格，改正后重新上传；若是列名识别有误，可在下方指定。", report.errors), Tone::Bad))
        } @else if report.rows == 0 {
            (note("文件中没有人员。", Tone::Warn))
        } @else {
            (note("检查通过，还没有写入。请核对下面的数字后确认。", Tone::Calm))
        }
        (figures(report))
        @if !report.written {
            div.actions.spaced {
                @if report.errors == 0 && report.rows > 0 {
                    form method="post" action=(format!("{here}/confirm")) { button type="submit" { "确认导入" } }
                }
                @if report.errors + report.warnings > 0 {
                    a.button.quiet href=(format!("{here}/marked")) { "下载标注问题的表格" }
                }
                form method="post" action=(format!("{here}/cancel")) { button.quiet type="submit" { "放弃" } }
            }
        } @else {
            p.actions {
                a.button href=(path::with_query(path::PEOPLE, &[("unit", &order.unit)])) { "查看人员" }
                a.button.quiet href=(path::with_query("/coverage", &[("unit", &order.unit)])) { "覆盖检查" }
            }
        }
        @if !report.problems.is_empty() { (problems(report)) }
        @if !report.written { (columns(report, order, here)) }
    }
}

fn figures(report: &Report) -> Markup {
    let counts = &report.counts;
    let card = |label: &str, n: u64, more: String| {
        html! {
            section.card {
                p.muted { (label) }
                p.figure-big { (n) }
                @if !more.is_empty() { p.muted.small { (more) } }
            }
        }
    };
    let units = counts
        .new_units
        .iter()
        .map(|(kind, n)| format!("{kind} {n} 个"))
        .collect::<Vec<_>>()
        .join("，");
    let made = counts.new_units.iter().map(|(_, n)| n).sum();
    html! {
        div.grid {
            (card("名单人数", report.rows, format!("学生 {}，教职工 {}", report.students, report.staff)))
            (card("新增", counts.new, format!("新任岗位 {} 项", counts.new_posts)))
            (card("变更", counts.changed, format!("其中换单位 {} 人", counts.moved)))
            (card("未变", counts.unchanged, String::new()))
            (card("新增监护人", counts.new_guardians, format!("无手机的监护人 {}，无监护人的学生 {}", report.guardians_without_phone, report.students_without_guardian)))
            (card("新建单位", made, units))
        }
    }
}

fn problems(report: &Report) -> Markup {
    let all = report.errors + report.warnings;
    html! {
        section.card.flush {
            h2.inset { "问题 " (report.errors) " 处错误，" (report.warnings) " 处提醒" }
            table.stack {
                thead { tr { th { "级别" } th { "位置" } th { "列名" } th { "内容" } th { "问题与要求" } } }
                tbody {
                    @for it in &report.problems {
                        tr {
                            td data-label="级别" { @if it.is_error { (tag("错误", Tone::Bad)) } @else { (tag("提醒", Tone::Warn)) } }
                            td data-label="位置" { (it.sheet) " " (it.cell) }
                            td data-label="列名" { (it.header) }
                            td data-label="内容" { (it.value) }
                            td data-label="问题与要求" { (it.message) }
                        }
                    }
                }
            }
            @if (report.problems.len() as u64) < all {
                p.table-foot.muted { "这里列出前 " (report.problems.len()) " 处，其余见标注的表格。" }
            }
        }
    }
}

fn columns(report: &Report, order: &Order, here: &str) -> Markup {
    let fields: Vec<(String, String)> =
        Field::all().into_iter().map(|field| (field.code(), field.label())).collect();
    let is_open = report.sheets.iter().any(|sheet| {
        sheet.columns.iter().any(|(_, _, used)| used.is_empty() || used == "-repeated")
    });
    html! {
        details.card open[is_open] {
            summary { "列名识别" }
            form method="post" action=(format!("{here}/columns")) {
                @for sheet in &report.sheets { (sheet_columns(sheet, order, &fields)) }
                button.quiet type="submit" { "按以上设置重新检查" }
            }
        }
    }
}

fn sheet_columns(sheet: &SheetLine, order: &Order, fields: &[(String, String)]) -> Markup {
    html! {
        h3 { "工作表“" (sheet.name) "”" @if let Some(why) = &sheet.skipped { span.muted { "：未读取，" (why) } } @else { span.muted { "：" (sheet.rows) " 行" } } }
        table.stack {
            tbody {
                @for (letter, header, used) in &sheet.columns {
                    @let chosen = order.mapping.iter().find(|(own, _)| own == header).map(|(_, code)| code.as_str());
                    tr {
                        td data-label="列" { (letter) " " (header) }
                        td data-label="识别" { (used_words(used, fields)) }
                        td data-label="指定为" {
                            select name=(header) aria-label=(format!("{header}指定为")) {
                                option value="-auto" selected[chosen.is_none()] { "自动" }
                                option value="" selected[chosen == Some("")] { "不导入" }
                                @for (code, label) in fields {
                                    option value=(code) selected[chosen == Some(code.as_str())] { (label) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn used_words(used: &str, fields: &[(String, String)]) -> Markup {
    match used {
        "" => tag("未识别", Tone::Warn),
        "-serial" => tag("序号", Tone::Faint),
        "-repeated" => tag("重复，未用", Tone::Warn),
        "-left-out" => tag("不导入", Tone::Faint),
        code => {
            let label =
                fields.iter().find(|(own, _)| own == code).map(|(_, label)| label.as_str());
            tag(label.unwrap_or(code), Tone::Good)
        }
    }
}
