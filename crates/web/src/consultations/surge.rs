//! A type that is asked about much more than usual: whoever may write materials
//! gets a draft of a case alert that names nobody.

use campaign::access::{Action, Role, permit_house};
use campaign::consultation::Asker;
use campaign::consultation::trend::{LEAST, WEEKS_BEFORE, is_surge};
use campaign::material::{Kind, State, TYPE_HEADINGS, Text};
use jiff::civil::Date;
use recognition::FraudType;
use storage::consultation::trend;
use storage::material::{self, Material, Version};

use super::{by_role, monday, send};
use crate::app::new_id;
use crate::{App, AppState, WebError, path};

/// Units looked at in one go.
const UNITS_MAX: usize = 2_000;

/// Looks from the body downwards, only where enough is asked at all.
pub(super) async fn run(app: &AppState) -> Result<u32, WebError> {
    let week = monday(app.clock.today());
    let mut open: Vec<String> =
        app.live.tree().root().map(|root| root.unit.id.clone()).into_iter().collect();
    let (mut looked, mut found) = (0, 0);
    while let Some(unit) = open.pop() {
        looked += 1;
        if UNITS_MAX < looked {
            break;
        }
        found += of_unit(app, &unit, week).await?;
        let mut conn = app.store.read().await?;
        let now = week.to_string();
        let children = trend::by_child(&mut conn, &unit, &now, &now).await?;
        open.extend(children.into_iter().filter(|(_, n)| LEAST <= *n).map(|(unit, _)| unit));
    }
    Ok(found)
}

async fn of_unit(app: &AppState, unit: &str, week: Date) -> Result<u32, WebError> {
    let back = |weeks: i32| week.saturating_sub(jiff::Span::new().weeks(weeks)).to_string();
    let now = week.to_string();
    let mut conn = app.store.read().await?;
    let weekly = trend::weekly(&mut conn, unit, &back(WEEKS_BEFORE as i32), &now).await?;
    drop(conn);
    let mut found = 0;
    for kind in FraudType::ALL.into_iter().filter(|it| *it != FraudType::Other) {
        let count = |week: &str| {
            weekly
                .iter()
                .find(|it| it.week_on == week && it.fraud_type == kind.id())
                .map_or(0, |it| it.count)
        };
        let before: Vec<u32> =
            (1..=WEEKS_BEFORE as i32).map(|weeks| count(&back(weeks))).collect();
        if is_surge(count(&now), &before) && propose(app, unit, (kind, &now)).await? {
            found += 1;
        }
    }
    Ok(found)
}

/// Notes the surge once, with its draft, and tells who may go on with it.
async fn propose(
    app: &App,
    unit: &str,
    (kind, week): (FraudType, &str),
) -> Result<bool, WebError> {
    let Some(text) = draft(app, unit, kind).await? else { return Ok(false) };
    let now = app.clock.now();
    let permit = permit_house(Action::WriteContent, unit);
    let it = Material {
        id: new_id(),
        unit: unit.to_owned(),
        kind: Kind::CaseAlert,
        base: None,
        version: 1,
        state: State::Draft.code().to_owned(),
        title: text.title.clone(),
        public_version: None,
        created_at: now,
        changed_at: now,
        revision: 1,
    };
    let version = Version {
        version: 1,
        text,
        author: None,
        author_name: None,
        written_at: now,
        state: State::Draft,
    };
    let mut tx = app.store.write(now).await?;
    if !trend::note_surge(&mut tx, &permit, (unit, kind.id(), week), Some(&it.id)).await? {
        return Ok(false);
    }
    material::insert(&mut tx, &permit, &it, &version).await?;
    let told = by_role(app, &mut tx, unit, &[Role::Officer, Role::Clerk]).await?;
    let title = format!("“{}”的咨询突然增多", kind.name());
    let body = format!(
        "{}，{week} 起的一周。已拟好一份案例警示草稿，不含任何人的信息，请核对、修改后送审。",
        app.live.tree().full_name(unit)
    );
    send(app, &mut tx, (&title, &body, &path::material(&it.id)), &told).await?;
    tx.commit().await?;
    app.sessions.clear();
    Ok(true)
}

/// Only what is known of the type: no case, no person, no figure.
async fn draft(app: &App, unit: &str, kind: FraudType) -> Result<Option<Text>, WebError> {
    let Some(card) = recognition::content().card(kind) else { return Ok(None) };
    let key = format!("type/{}", card.id);
    let shelf = crate::library::shelf(app, unit).await?;
    let Some(piece) = shelf.iter().find(|it| it.key == key) else { return Ok(None) };
    let blocks = campaign::material::blocks(&piece.text.body);
    let mut body = format!("近来本地有多人就“{}”来咨询，请留意。\n", kind.name());
    for heading in TYPE_HEADINGS {
        body.push_str(&format!("\n## {heading}\n"));
        for block in campaign::material::below(&blocks, heading) {
            use campaign::material::Block;
            match block {
                Block::Items(items) | Block::Steps(items) => {
                    for item in items {
                        body.push_str(&format!("- {item}\n"));
                    }
                }
                Block::Paragraph(text) => body.push_str(&format!("{text}\n")),
                Block::Heading(_) => {}
            }
        }
    }
    Ok(Some(Text {
        title: format!("警惕“{}”", kind.name()),
        body,
        audience: Asker::Anyone,
        source: format!("本单位咨询趋势；{}", piece.text.source),
    }))
}
