//! Times that cannot be: a reason to look, never a verdict.

use jiff::civil::{Date, DateTime, Time};

/// How far a picture's own time may lie from the act. Cameras are a day off
/// easily, and minutes are photographed the day after.
const PHOTO_DAYS: i32 = 2;

/// Why the times of a record do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Today's act is said to have begun later than it was handed in.
    ActedAfterEntry { acted: DateTime, entered: DateTime },
    /// The picture of this number was taken long before or after the act.
    PhotoFarFromAct { photo: usize, taken: DateTime, acted_on: Date },
    /// The picture claims to be taken after it was handed in.
    PhotoAfterEntry { photo: usize, taken: DateTime, entered: DateTime },
}

/// `entered` is the local time at which it was handed in; `photos` are the
/// pictures' own times, where they have one.
pub fn doubts(
    (acted_on, acted_time): (Date, Option<Time>),
    entered: DateTime,
    photos: &[Option<DateTime>],
) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if let Some(time) = acted_time {
        let acted = acted_on.to_datetime(time);
        if entered < acted {
            doubts.push(Doubt::ActedAfterEntry { acted, entered });
        }
    }
    for (photo, taken) in photos.iter().enumerate() {
        let Some(taken) = *taken else { continue };
        if days(entered.date(), taken.date()) > 1 {
            doubts.push(Doubt::PhotoAfterEntry { photo, taken, entered });
        } else if days(acted_on, taken.date()).abs() > PHOTO_DAYS {
            doubts.push(Doubt::PhotoFarFromAct { photo, taken, acted_on });
        }
    }
    doubts
}

fn days(from: Date, until: Date) -> i32 {
    from.until(until).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTERED: DateTime = DateTime::constant(2022, 3, 15, 10, 0, 0, 0);
    const ACTED: Date = Date::constant(2022, 3, 15);

    fn at(year: i16, month: i8, day: i8) -> DateTime {
        DateTime::constant(year, month, day, 9, 0, 0, 0)
    }

    #[test]
    fn what_fits_raises_no_doubt() {
        let nine = Some(Time::constant(9, 0, 0, 0));
        let photos =
            [None, Some(at(2022, 3, 15)), Some(at(2022, 3, 13)), Some(at(2022, 3, 16))];
        assert_eq!(doubts((ACTED, nine), ENTERED, &photos), []);
    }

    #[test]
    fn times_that_cannot_be_are_told() {
        let noon = Some(Time::constant(12, 0, 0, 0));
        let photos = [Some(at(2022, 3, 12)), Some(at(2022, 4, 1)), Some(at(2021, 3, 15))];
        let found = doubts((ACTED, noon), ENTERED, &photos);
        assert!(matches!(
            found[..],
            [
                Doubt::ActedAfterEntry { .. },
                Doubt::PhotoFarFromAct { photo: 0, .. },
                Doubt::PhotoAfterEntry { photo: 1, .. },
                Doubt::PhotoFarFromAct { photo: 2, .. },
            ]
        ));
    }
}
