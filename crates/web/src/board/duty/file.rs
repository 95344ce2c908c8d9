//! The duty's list of subjects as a file to keep.

#[allow(clippy::wildcard_imports, reason = "the other half of one page")]
use super::*;

/// More rows than this are asked for unit by unit.
const EXPORT_MAX: usize = 200_000;

pub(crate) async fn duty_file(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, WebError> {
    let frame = Frame::open(&app, &who, asked).await?.ok_or(WebError::NotFound)?;
    let permit = frame.tree.permit(&who.actor, Action::Export, &frame.unit)?;
    let duty = duty_ix(&frame).ok_or(WebError::NotFound)?;
    let figures = gather(&frame, duty, None)?;
    if figures.owing.iter().any(|it| it.is_person) {
        frame.tree.permit(&who.actor, Action::ReadPeople, &frame.unit)?;
        if !shows_names(&frame) {
            return Err(WebError::invalid(
                "姓名只在学校和班级的名单里导出，上级请看各单位的数字。",
            ));
        }
    }
    if figures.owing_all > EXPORT_MAX {
        return Err(WebError::invalid(format!(
            "名单有 {} 行，一次最多导出 {EXPORT_MAX} 行，请选一期或按学校导出。",
            figures.owing_all
        )));
    }
    let names = names(&app, &frame, &figures.owing).await?;
    let name = crate::board::figures::duty_name(&frame, &frame.asked.duty).to_owned();
    let columns = [
        ("对象", 18.0),
        ("所在单位", 30.0),
        ("周期始", 12.0),
        ("周期止", 12.0),
        ("应完成日期", 12.0),
        ("已做", 8.0),
        ("应做", 8.0),
        ("状态", 12.0),
    ]
    .map(|(header, width)| Column { header, width });
    let title = format!("{name}名单");
    let note = format!(
        "{}，{}，{} 的情况",
        frame.unit_name(),
        frame.campaign().campaign.name,
        frame.day
    );
    let head = Head { sheet: "名单", title: &title, note: &note, columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head).map_err(download::failed)?;
    for it in &figures.owing {
        let (subject, unit) =
            (subject_name(&frame, &names, it), frame.tree.full_name(&it.unit));
        let period = &it.standing.period;
        list.row(&[
            Cell::Text(&subject),
            Cell::Text(&unit),
            Cell::Date(period.start.date()),
            Cell::Date(period.end.date()),
            Cell::Date(period.due.date()),
            Cell::Integer(it.standing.done as i64),
            Cell::Integer(it.standing.required as i64),
            Cell::Text(it.standing.state.chinese()),
        ])
        .map_err(download::failed)?;
    }
    let bytes = list.finish().map_err(download::failed)?;
    let detail =
        format!("{title}（{}，{}） {} 行", frame.unit_name(), frame.day, figures.owing.len());
    crate::export::noted(&app, &permit, "board", detail).await?;
    let name = format!("{title}-{}.xlsx", frame.unit_name());
    Ok(download::file(&name, ListFormat::Xlsx.media_type(), bytes))
}
