//! From the words of a roster row to a unit of the tree, with the units that
//! are missing made on the way.

use std::collections::HashMap;

use campaign::plan::{Stage, UnitKind, catalogue};
use office::roster::{Field, Grade, Place, Role};
use storage::organisation::Unit;

use crate::app::new_id;
use crate::live::Tree;

/// Why a row has no place, and at which field.
pub(super) struct NoPlace {
    pub(super) field: Field,
    pub(super) words: String,
}

/// Where a person goes: the unit, and the school around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Where {
    pub(super) unit: String,
    pub(super) school: String,
    pub(super) stage: Option<Stage>,
}

/// The units as the import sees them: those of the tree below its top, and
/// those it makes.
pub(super) struct Places {
    top: Unit,
    top_school: Option<String>,
    units: HashMap<String, Unit>,
    /// (parent, kind, spelling) to the unit.
    children: HashMap<(String, UnitKind, String), String>,
    /// School by code, and by name.
    codes: HashMap<String, String>,
    schools: HashMap<String, String>,
    /// (school or faculty, spelling of the class with its grade) to the class.
    classes: HashMap<(String, String), String>,
    /// Whether classes stand directly under this unit, without grades.
    flat: HashMap<String, bool>,
    stages: HashMap<String, Option<Stage>>,
    known: HashMap<(Place, bool), Where>,
    last: Option<((Place, bool), Where)>,
    new_units: Vec<Unit>,
    pub(super) made: HashMap<UnitKind, u64>,
}

/// One spelling for `三（1）班`, `三年级一班` and `三年级1班`.
pub(super) fn spelling(name: &str) -> String {
    const DIGITS: [(&str, &str); 10] = [
        ("十", "10"),
        ("九", "9"),
        ("八", "8"),
        ("七", "7"),
        ("六", "6"),
        ("五", "5"),
        ("四", "4"),
        ("三", "3"),
        ("二", "2"),
        ("一", "1"),
    ];
    const MIDDLE: [(&str, &str); 3] = [("初一", "七"), ("初二", "八"), ("初三", "九")];
    let mut text: String = name
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            '（' => '(',
            '）' => ')',
            _ => c,
        })
        .collect();
    for (said, meant) in MIDDLE {
        if let Some(rest) = text.strip_prefix(said) {
            text = format!("{meant}{rest}");
        }
    }
    // The class's own number stands before 班, behind a mark.
    for (digit, number) in DIGITS {
        for mark in ["年级", "级", "(", "第"] {
            for end in ["班", ")班"] {
                let said = format!("{mark}{digit}{end}");
                if text.ends_with(&said) {
                    let kept = text.len() - said.len();
                    text.truncate(kept);
                    text.push_str(mark);
                    text.push_str(number);
                    text.push_str(end);
                }
            }
        }
    }
    text.replace("年级", "").replace(['(', ')', '第', '-', '—'], "")
}

/// What a class is called with its grade before it.
fn class_name(grade: Option<Grade>, class: &str) -> String {
    let Some(grade) = grade else { return class.to_owned() };
    let word = grade.to_string();
    if class == word || class.starts_with(&word) {
        return class.to_owned();
    }
    match word.strip_suffix('班') {
        // 大班 and 1班 make 大1班.
        Some(short) if class.starts_with(short) => class.to_owned(),
        Some(short) => format!("{short}{class}"),
        None => format!("{word}{class}"),
    }
}

impl Places {
    pub(super) fn new(tree: &Tree, top: &Unit) -> Self {
        let mut new = Self {
            top: top.clone(),
            top_school: tree.school_of(&top.id).map(|node| node.unit.id.clone()),
            units: HashMap::new(),
            children: HashMap::new(),
            codes: HashMap::new(),
            schools: HashMap::new(),
            classes: HashMap::new(),
            flat: HashMap::new(),
            stages: HashMap::new(),
            known: HashMap::new(),
            last: None,
            new_units: Vec::new(),
            made: HashMap::new(),
        };
        let own_school = new.top_school.clone();
        let from = own_school.as_deref().unwrap_or(&top.id);
        for node in tree.below(from) {
            if node.unit.closed_on.is_none() {
                new.stages.insert(node.unit.id.clone(), tree.stage_of(&node.unit.id));
                new.enter(&node.unit);
            }
        }
        new
    }

    fn enter(&mut self, unit: &Unit) {
        if let Some(parent) = &unit.parent {
            let key = (parent.clone(), unit.kind, spelling(&unit.name));
            self.children.entry(key).or_insert_with(|| unit.id.clone());
        }
        match unit.kind {
            UnitKind::School | UnitKind::Institution | UnitKind::Bureau => {
                self.schools.entry(unit.name.clone()).or_insert_with(|| unit.id.clone());
                if let Some(code) = &unit.code {
                    self.codes.entry(code.clone()).or_insert_with(|| unit.id.clone());
                }
            }
            UnitKind::Class => self.enter_class(unit),
            _ => {}
        }
        self.units.insert(unit.id.clone(), unit.clone());
    }

    fn enter_class(&mut self, unit: &Unit) {
        let Some(parent) = unit.parent.as_ref().and_then(|id| self.units.get(id)) else {
            return;
        };
        let (holder, with_grade) = if parent.kind == UnitKind::Grade {
            let long = spelling(&format!("{}{}", parent.name, unit.name));
            (parent.parent.clone().unwrap_or_default(), Some(long))
        } else {
            self.flat.insert(parent.id.clone(), true);
            (parent.id.clone(), None)
        };
        let short = spelling(&unit.name);
        for name in with_grade.into_iter().chain([short]) {
            self.classes.entry((holder.clone(), name)).or_insert_with(|| unit.id.clone());
        }
    }

    fn make(&mut self, parent: &str, kind: UnitKind, name: &str, stage: Option<Stage>) -> Unit {
        let inherited = self.stages.get(parent).copied().flatten();
        let unit = Unit {
            stage: stage.filter(|stage| Some(*stage) != inherited),
            position: self.units.len() as i64,
            ..Unit::new(new_id(), Some(parent.to_owned()), kind, name)
        };
        self.stages.insert(unit.id.clone(), unit.stage.or(inherited));
        *self.made.entry(kind).or_default() += 1;
        unit
    }

    fn keep(&mut self, unit: Unit) -> String {
        self.enter(&unit);
        let id = unit.id.clone();
        self.new_units.push(unit);
        id
    }

    /// The units made since the last call, parents first.
    pub(super) fn take_new(&mut self) -> Vec<Unit> {
        std::mem::take(&mut self.new_units)
    }

    /// The unit of a row's place.
    pub(super) fn find(&mut self, place: &Place, role: Role) -> Result<Where, NoPlace> {
        let is_student = role == Role::Student;
        if let Some(((last, kind), found)) = &self.last
            && last == place
            && *kind == is_student
        {
            return Ok(found.clone());
        }
        let key = (place.clone(), is_student);
        if let Some(found) = self.known.get(&key) {
            let found = found.clone();
            self.last = Some((key, found.clone()));
            return Ok(found);
        }
        let school = self.school(place)?;
        let unit =
            if is_student { self.class(&school, place)? } else { self.office(&school, place) };
        let stage = self.stages.get(&unit).copied().flatten();
        let found = Where { unit, school, stage };
        self.known.insert(key.clone(), found.clone());
        self.last = Some((key, found.clone()));
        Ok(found)
    }

    fn school(&mut self, place: &Place) -> Result<String, NoPlace> {
        let named = place.school.as_deref();
        if let Some(own) = self.top_school.clone() {
            let name = self.units.get(&own).map(|unit| unit.name.clone()).unwrap_or_default();
            return match named {
                Some(named)
                    if !same_school(named, &name) && !self.schools.contains_key(named) =>
                {
                    Err(NoPlace {
                        field: Field::School,
                        words: format!("本次导入的范围是“{name}”，不能导入其他学校的人员"),
                    })
                }
                Some(named) => {
                    let own = self.schools.get(named).cloned().unwrap_or(own);
                    Ok(self.campus(own, place))
                }
                None => Ok(self.campus(own, place)),
            };
        }
        let by_code = place.school_code.as_ref().and_then(|code| self.codes.get(code)).cloned();
        let by_name = || named.and_then(|name| self.schools.get(name)).cloned();
        if let Some(found) = by_code.or_else(by_name) {
            return Ok(self.campus(found, place));
        }
        let Some(name) = named else {
            return Err(NoPlace {
                field: Field::School,
                words: format!(
                    "缺少学校：导入到“{}”的名单须有“学校”列；单个学校的名单请先打开该学校再导入",
                    self.top.name
                ),
            });
        };
        if name.chars().count() > 60 {
            return Err(NoPlace {
                field: Field::School,
                words: "学校名称最多 60 个字".to_owned(),
            });
        }
        let stage = place.stage.or_else(|| place.grade.and_then(Grade::stage));
        let parent = self.top.id.clone();
        let mut unit = self.make(&parent, UnitKind::School, name, stage);
        unit.code.clone_from(&place.school_code);
        unit.town.clone_from(&place.town);
        let school = self.keep(unit);
        Ok(self.campus(school, place))
    }

    fn campus(&mut self, school: String, place: &Place) -> String {
        match place.campus.as_deref() {
            Some(campus) => self.child(&school, UnitKind::School, campus),
            None => school,
        }
    }

    fn child(&mut self, parent: &str, kind: UnitKind, name: &str) -> String {
        let key = (parent.to_owned(), kind, spelling(name));
        if let Some(found) = self.children.get(&key) {
            return found.clone();
        }
        let unit = self.make(parent, kind, name, None);
        self.keep(unit)
    }

    fn faculty(&mut self, school: &str, place: &Place) -> String {
        let stage = self.stages.get(school).copied().flatten().or(place.stage);
        match place.faculty.as_deref() {
            Some(name)
                if stage.is_none_or(|stage| catalogue::exists(UnitKind::Faculty, stage)) =>
            {
                self.child(school, UnitKind::Faculty, name)
            }
            _ => school.to_owned(),
        }
    }

    fn class(&mut self, school: &str, place: &Place) -> Result<String, NoPlace> {
        let Some(class) = place.class.as_deref() else {
            return Err(NoPlace {
                field: Field::Class,
                words: "学生须有班级，如“1班”“三（2）班”".to_owned(),
            });
        };
        let holder = self.faculty(school, place);
        let name = class_name(place.grade, class);
        let own = self.classes.get(&(holder.clone(), spelling(&name))).cloned();
        let class = if let Some(found) = own {
            found
        } else {
            let is_flat = self.flat.get(&holder).copied().unwrap_or(false);
            let parent = match place.grade {
                Some(grade) if !is_flat => {
                    self.child(&holder, UnitKind::Grade, &grade.to_string())
                }
                _ => holder,
            };
            let stage = place.stage.or_else(|| place.grade.and_then(Grade::stage));
            let unit = self.make(&parent, UnitKind::Class, &name, stage);
            self.keep(unit)
        };
        Ok(match place.group.as_deref() {
            Some(group) => self.child(&class, UnitKind::Group, group),
            None => class,
        })
    }

    fn office(&mut self, school: &str, place: &Place) -> String {
        let holder = self.faculty(school, place);
        match place.department.as_deref() {
            Some(name) => self.child(&holder, UnitKind::Department, name),
            None => holder,
        }
    }

    /// The class of a row, where a post of a class belongs; none if there is none.
    pub(super) fn class_of(&self, school: &str, place: &Place) -> Option<String> {
        let name = class_name(place.grade, place.class.as_deref()?);
        self.classes.get(&(school.to_owned(), spelling(&name))).cloned()
    }

    /// Whether `unit` is `top` or stands below it.
    pub(super) fn is_in(&self, unit: &str, top: &str) -> bool {
        let mut next = self.units.get(unit);
        while let Some(unit) = next {
            if unit.id == top {
                return true;
            }
            next = unit.parent.as_ref().and_then(|id| self.units.get(id));
        }
        false
    }

    pub(super) fn kind(&self, unit: &str) -> Option<UnitKind> {
        self.units.get(unit).map(|unit| unit.kind)
    }
}

/// Rosters shorten names: 中心小学 for 阳光镇中心小学.
fn same_school(named: &str, name: &str) -> bool {
    named == name || name.ends_with(named) || named.ends_with(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_one_spelling() {
        for name in
            ["三年级1班", "三（1）班", "三(1)班", "三年级一班", "三年级（一）班", "三年级１班"]
        {
            assert_eq!(spelling(name), "三1班", "{name}");
        }
        assert_eq!(spelling("初一2班"), spelling("七年级2班"));
        assert_ne!(spelling("三年级1班"), spelling("三年级11班"));
        assert_eq!(spelling("2023级软件1班"), "2023级软件1班");
    }

    #[test]
    fn a_class_is_called_with_its_grade() {
        let grade = Some(Grade::Year { stage: Stage::Primary, year: 3 });
        assert_eq!(class_name(grade, "1班"), "三年级1班");
        let big = Some(Grade::Year { stage: Stage::Kindergarten, year: 3 });
        assert_eq!(class_name(big, "1班"), "大1班");
        assert_eq!(class_name(big, "大班"), "大班");
        assert_eq!(class_name(None, "2301班"), "2301班");
    }
}
