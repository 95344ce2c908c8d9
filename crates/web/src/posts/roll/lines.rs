//! The lines of an appointment list: who holds which post, and what is vacant.

use std::collections::HashMap;

use campaign::collation::{name_key, title_key};
use storage::people::Scope;
use storage::post::{self, Holder};

use super::Asked;
use crate::live::Tree;
use crate::posts::{holds_on, post_name, vacancies, wanted};
use crate::{App, WebError, text};

/// Units a list covers at most: a district's schools, not its classes.
pub(super) const UNITS_MAX: usize = 2_000;

/// A line of the list; a vacancy has no name.
pub(super) struct Line {
    pub(super) unit: String,
    pub(super) post: String,
    pub(super) name: Option<String>,
    pub(super) since: String,
    /// Opened only where it is shown.
    holder: Option<Holder>,
}

impl Line {
    pub(super) fn phone(&self, app: &App, with_phones: bool) -> Result<String, WebError> {
        let Some(holder) = &self.holder else { return Ok(String::new()) };
        let phone = holder.phone(&app.store.sealer)?.unwrap_or_default();
        Ok(if with_phones { phone } else { text::masked_phone(&phone) })
    }
}

pub(super) struct Lines {
    pub(super) rows: Vec<Line>,
    /// There are more units than a list covers.
    pub(super) is_cut: bool,
}

impl Lines {
    /// All of a unit and below it, as the tree and the plan order them.
    pub(super) async fn gather(app: &App, tree: &Tree, id: &str) -> Result<Self, WebError> {
        use campaign::plan::UnitKind::{Class, Grade, Group};
        let today = app.clock.today().to_string();
        let mut conn = app.store.read().await?;
        let holders = post::holders(&mut conn, Scope::Below(id), &today).await?;
        drop(conn);
        let mut by_unit: HashMap<String, Vec<Holder>> = HashMap::new();
        for it in holders.into_iter().filter(|it| holds_on(it, &today)) {
            by_unit.entry(it.appointment.unit.clone()).or_default().push(it);
        }
        let own_kind = tree.get(id).map(|node| node.unit.kind);
        let in_school = tree.school_of(id).is_some();
        let mut places: Vec<_> = tree
            .below(id)
            .into_iter()
            .filter(|node| node.unit.closed_on.is_none())
            // A bureau's list names schools and offices; classes stand in a school's own.
            .filter(|node| in_school || !matches!(node.unit.kind, Class | Grade | Group))
            .filter(|node| node.unit.kind != Group || own_kind == Some(Class))
            .take(UNITS_MAX + 1)
            .collect();
        let is_cut = UNITS_MAX < places.len();
        places.truncate(UNITS_MAX);
        let mut rows = Vec::new();
        for node in places {
            let own = by_unit.remove(&node.unit.id).unwrap_or_default();
            rows.extend(of_unit(app, tree, &node.unit.id, own));
        }
        Ok(Self { rows, is_cut })
    }

    /// Those that fit, in the order asked for.
    pub(super) fn narrowed(mut self, asked: &Asked) -> Self {
        let query = asked.q.trim();
        self.rows.retain(|it| match asked.state.as_str() {
            "held" => it.name.is_some(),
            "vacant" => it.name.is_none(),
            _ => true,
        });
        self.rows.retain(|it| {
            query.is_empty()
                || it.unit.contains(query)
                || it.post.contains(query)
                || it.name.as_deref().is_some_and(|name| name.contains(query))
        });
        let sort = asked.sort();
        match sort.code {
            "post" => sort.rows(&mut self.rows, |it| title_key(&it.post)),
            // Vacancies have no name to be looked up by: they come last.
            "name" => sort.rows(&mut self.rows, |it| {
                (it.name.is_none(), it.name.as_deref().map(name_key))
            }),
            "since" => sort.rows(&mut self.rows, |it| it.since.clone()),
            _ if sort.descending => self.rows.reverse(),
            _ => {}
        }
        self
    }

    pub(super) fn vacant(&self) -> usize {
        self.rows.iter().filter(|line| line.name.is_none()).count()
    }

    /// A page's lines, their phones masked.
    pub(super) fn on_page(
        &self,
        app: &App,
        (from, size): (usize, usize),
    ) -> Result<Vec<(&Line, String)>, WebError> {
        let page = self.rows.iter().skip(from).take(size);
        page.map(|line| Ok((line, line.phone(app, false)?))).collect()
    }
}

/// The posts of one unit as the plan orders them.
fn of_unit(app: &App, tree: &Tree, id: &str, own: Vec<Holder>) -> Vec<Line> {
    let unit = tree.full_name(id);
    let today = app.clock.today().to_string();
    let wanted = wanted(app, tree, id);
    let place =
        |code: &str| wanted.posts.iter().position(|it| it.post == code).unwrap_or(usize::MAX);
    let mut lines: Vec<(usize, Line)> = vacancies(&wanted, &own, &today)
        .into_iter()
        .map(|it| {
            let (post, since) = (it.name.clone(), String::new());
            let line = Line { unit: unit.clone(), post, name: None, since, holder: None };
            (place(&it.post), line)
        })
        .collect();
    for it in own {
        let stand_in =
            if it.appointment.substitute_for.is_some() { "（代理）" } else { "" };
        let line = Line {
            unit: unit.clone(),
            post: post_name(&it.appointment.post).to_owned(),
            name: Some(format!("{}{stand_in}", it.name)),
            since: it.appointment.from_on.clone(),
            holder: Some(it.clone()),
        };
        lines.push((place(&it.appointment.post), line));
    }
    // Holders before what is still vacant of the same post.
    lines.sort_by_key(|(place, line)| (*place, line.name.is_none()));
    lines.into_iter().map(|(_, line)| line).collect()
}
