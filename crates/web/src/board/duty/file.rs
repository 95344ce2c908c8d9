//! The duty's list of subjects as a file to keep.

use axum::extract::{Query, State as Shared};
use axum::response::Response;
use campaign::access::Action;

use super::{duty_ix, gather, names, shows_names, subject_name};
use crate::board::figures::duty_name;
use crate::board::frame::{Asked, Frame};
use crate::export::{self, Known, Row, Wanted};
use crate::session::SignedIn;
use crate::{AppState, WebError};

/// More rows than this are asked for unit by unit.
const EXPORT_MAX: usize = 200_000;

pub(crate) async fn duty_file(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
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
    let mut rows: Vec<Row> = Vec::with_capacity(figures.owing.len());
    for it in &figures.owing {
        let period = &it.standing.period;
        rows.push(vec![
            subject_name(&frame, &names, it).into(),
            frame.tree.full_name(&it.unit).into(),
            period.start.date().into(),
            period.end.date().into(),
            period.due.date().into(),
            (it.standing.done as i64).into(),
            (it.standing.required as i64).into(),
            it.standing.state.chinese().into(),
        ]);
    }
    let wanted = Wanted {
        list: "board",
        title: format!("{}名单-{}", duty_name(&frame, &frame.asked.duty), frame.unit_name()),
        narrowed: frame.words(),
        columns: &[
            ("对象", 18.0),
            ("所在单位", 30.0),
            ("周期始", 12.0),
            ("周期止", 12.0),
            ("应完成日期", 12.0),
            ("已做", 8.0),
            ("应做", 8.0),
            ("状态", 12.0),
        ],
        permit,
    };
    export::answer(&app, &who, wanted, Known::new(rows)).await
}
