"""The question of `wuzha evaluate`, asked of DuckDB: the same files in, the same
two files out. Python makes the calendar and the periods (a few thousand rows);
everything that grows with records or standings is SQL.

    python evaluate_duckdb.py PLAN.toml DATA_DIR AS_OF OUT_DIR [THREADS]

Needs the Python package duckdb. One version of a plan, without events.csv and
attendance.csv; superior-held duties are supported for units.
"""

import datetime as dt
import os
import sys
import tomllib

import duckdb

DAY = dt.timedelta(days=1)


def date(value):
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def days(start, end):
    return [start + n * DAY for n in range((end - start).days + 1)]


def month_end(day):
    return (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY


class Calendar:
    def __init__(self, path):
        with open(path, "rb") as file:
            data = tomllib.load(file)
        spans = lambda key: [(date(s["from"]), date(s["until"])) for s in data.get(key, [])]
        self.terms = spans("term")
        holidays = {day for span in spans("holiday") for day in days(*span)}
        make_up = {date(day) for day in data.get("workdays", [])}
        self.workday = lambda d: d in make_up or (d.weekday() < 5 and d not in holidays)
        in_term = {day for span in self.terms for day in days(*span)}
        self.school_day = lambda d: d in in_term and self.workday(d)

    def workdays_after(self, day, count):
        while count:
            day += DAY
            count -= self.workday(day)
        return day


def whole_periods(duty, plan, calendar, start, end):
    """The uncut periods around a run."""
    cadence = duty["cadence"]
    if cadence == "term":
        return calendar.terms
    if cadence == "phase":
        return [(date(p["from"]), date(p["until"])) for p in plan.get("phase", [])]
    if cadence == "continuous":
        return [(start, end)]
    school = duty.get("year") == "school"
    name = {
        "daily": lambda d: d,
        "weekly": lambda d: d.isocalendar()[:2],
        "monthly": lambda d: (d.year, d.month),
        "quarterly": lambda d: (d.year, (d.month - 1) // 3),
        "yearly": lambda d: d.year - (school and d.month < 9),
    }[cadence]
    found = {}
    for day in days(start - 400 * DAY, end + 400 * DAY):
        found.setdefault(name(day), []).append(day)
    return [(span[0], span[-1]) for span in found.values()]


def due_date(duty, calendar, whole_end, end):
    due = duty.get("due")
    if due is None:
        return end
    if not isinstance(due, str) or due[0].isdigit():
        return date(due)
    if due.startswith("month-"):
        last = month_end(whole_end)
        return last.replace(day=min(int(due[6:]), last.day))
    count = int(due[1:-1])
    return end + count * DAY if due.endswith("d") else calendar.workdays_after(end, count)


def periods(duty, plan, calendar):
    start = date(duty.get("from", plan["plan"]["from"]))
    end = date(duty.get("until", plan["plan"]["until"]))
    season = duty.get("season", "always")
    fits = lambda a, b: season == "always" or (season == "in-term") == any(
        map(calendar.school_day, days(a, b))
    )
    if duty["cadence"] == "once":
        due = due_date(duty, calendar, end, end)
        last = max(due, start)
        return [(start, last, due)] if fits(start, last) else []
    if duty["cadence"] == "event":
        return []  # nothing without events.csv
    rows = []
    for a, b in whole_periods(duty, plan, calendar, start, end):
        full, (a, cut) = (b - a).days + 1, (max(a, start), min(b, end))
        left = (cut - a).days + 1
        if left > 0 and left * 2 >= full and fits(a, cut):
            rows.append((a, cut, due_date(duty, calendar, b, cut)))
    return sorted(set(rows))


def subjects_sql(n, duty):
    by = duty["by"]
    quoted = lambda key: ",".join(f"'{word}'" for word in by.get(key, []))
    where = ["true"]
    if by.get("kind"):
        where.append(f"u.kind in ({quoted('kind')})")
    if by.get("stage"):
        where.append(f"u.stage in ({quoted('stage')})")
    where = " and ".join(where)
    if by.get("post"):
        return f"""select {n} as duty, t.person as subject, t.unit as home,
            greatest(t."from", p."from") as "from", least(t.until, p.until) as until
            from posts t join people p on p.id = t.person join units u on u.id = t.unit
            where t.post = '{by["post"]}' and {where}"""
    if by.get("audience"):
        return f"""select {n} as duty, p.id as subject, p.unit as home, p."from", p.until
            from people p join units u on u.id = p.unit
            where (p.role in ({quoted("audience")})
                or list_has_any(string_split(p.audiences, ';'), [{quoted("audience")}])) and {where}"""
    return f"""select {n} as duty, u.id as subject, u.id as home, u."from", u.until from units u where {where}"""


def main(plan_file, data, as_of, out, threads="2"):
    with open(plan_file, "rb") as file:
        plan = tomllib.load(file)
    calendar = Calendar(os.path.join(data, "calendar.toml"))
    duties = plan["duty"]
    os.makedirs(out, exist_ok=True)
    db = duckdb.connect()
    db.execute(f"set threads = {threads}")
    db.execute("set preserve_insertion_order = false")
    life = """coalesce(try_cast("from" as date), date '0001-01-01') as "from",
              coalesce(try_cast(until as date), date '9999-12-31') as until"""
    read = lambda name: f"read_csv('{data}/{name}.csv', header = true, all_varchar = true, nullstr = '')"
    db.execute(f"""create table units as select id, parent, kind, stage, {life} from {read("units")}""")
    db.execute(f"""create table people as select id, unit, role,
        coalesce(audiences, '') as audiences, {life} from {read("people")}""")
    db.execute(f"""create table posts as select unit, post, person, {life} from {read("posts")}""")
    db.execute("""create table above as with recursive up(unit, above) as (
        select id, id from units union all
        select up.unit, u.parent from up join units u on u.id = up.above where u.parent is not null)
        select * from up""")

    rows = [(n, a, b, due, (b - a).days + 1) for n, duty in enumerate(duties)
            for a, b, due in periods(duty, plan, calendar)]
    db.execute("""create table periods (duty int, period_start date, period_end date, due date, days int)""")
    # One statement: row by row this small table would cost seconds.
    cell = lambda value: f"date '{value}'" if isinstance(value, dt.date) else str(value)
    values = ",".join("(" + ",".join(map(cell, row)) + ")" for row in rows)
    db.execute(f"insert into periods values {values}")
    db.execute("""create table days as
        select duty, period_start, due, unnest(range(period_start, period_end + 1, interval 1 day))::date as day
        from periods""")
    names, infos = [], []
    for n, duty in enumerate(duties):
        for name in {duty["id"], duty.get("activity", duty["id"])}:
            names.append(f"({n}, '{name}')")
        superior = duty.get("held-by") == "superior"
        infos.append(f"({n}, '{duty['id']}', {duty.get('quota', 1)}, {str(superior).lower()})")
    db.execute(f"create table names as from (values {','.join(names)}) t(duty, name)")
    db.execute(f"create table duties as from (values {','.join(infos)}) t(duty, id, quota, superior)")
    db.execute("create table subjects as " + " union all ".join(
        subjects_sql(n, duty) for n, duty in enumerate(duties)))

    db.execute(f"""create view records as select duty as name, subject, "date" as day,
        submitted_at::date as submitted, "count" from read_csv('{data}/records.csv', header = true, columns = {{
            'id': 'varchar', 'duty': 'varchar', 'subject': 'varchar', 'date': 'date',
            'submitted_at': 'varchar', 'count': 'bigint', 'status': 'varchar'}})
        where status in ('submitted', 'accepted') and submitted_at::date <= date '{as_of}'""")
    db.execute("""create table done as
        with named as (select n.duty, r.* exclude (name) from records r join names n on n.name = r.name),
        counted as (
            select duty, subject, day, submitted, count from named
            union all
            select n.duty, a.unit, n.day, n.submitted, n.count
            from named n join duties d on d.duty = n.duty and d.superior
            join above a on a.above = n.subject and a.unit <> n.subject)
        select c.duty, c.subject, d.period_start, sum(count) as done,
            coalesce(sum(count) filter (c.submitted <= d.due), 0) as in_time
        from counted c join days d on d.duty = c.duty and d.day = c.day
        group by all""")
    db.execute(f"""create table exempted as select d.duty, subject, period_start::date as period_start
        from {read("exemptions")} e join duties d on d.id = e.duty""")
    db.execute(f"""create table standings as
        with asked as (
            select s.duty, s.subject, s.home, p.* exclude (duty),
                least(s.until, p.period_end) - greatest(s."from", p.period_start) + 1 as lived
            from subjects s join periods p on p.duty = s.duty
                and s."from" <= p.period_end and s.until >= p.period_start)
        select a.duty, d.id, a.subject, a.home, a.period_start, a.period_end, a.due, d.quota as required,
            coalesce(x.done, 0) as done, coalesce(x.in_time, 0) as in_time,
            case when e.duty is not null or a.lived * 2 < a.days then 'exempt'
                when date '{as_of}' < a.period_start then 'upcoming'
                when coalesce(x.in_time, 0) >= d.quota then 'met'
                when coalesce(x.done, 0) >= d.quota then 'late'
                when date '{as_of}' <= a.due then 'open'
                when coalesce(x.done, 0) > 0 then 'partial'
                else 'overdue' end as state
        from asked a join duties d on d.duty = a.duty
        left join done x on x.duty = a.duty and x.subject = a.subject and x.period_start = a.period_start
        left join (select distinct * from exempted) e
            on e.duty = a.duty and e.subject = a.subject and e.period_start = a.period_start""")
    db.execute(f"""copy (select id as duty, subject, period_start, period_end, due, required, done, in_time, state
        from standings where state <> 'upcoming' order by standings.duty, subject, period_start)
        to '{out}/standings.csv' (header, delimiter ',')""")
    states = ["met", "late", "partial", "overdue", "open", "upcoming", "exempt"]
    sums = ", ".join(f"sum(n) filter (state = '{state}') as {state}" for state in states)
    counts = ", ".join(f"coalesce({state}, 0) as {state}" for state in states)
    share = lambda part: f"""case when whole = 0 then '—' else
        printf('%.4f', ({part})::double / whole::double) end"""
    db.execute(f"""copy (
        with small as (select duty, home, state, count(*) as n from standings group by all),
        up as (select a.above as unit, duty, {sums} from small s join above a on a.unit = s.home group by all),
        filled as (select unit, duty, {counts} from up),
        whole as (select *, (met + late + partial + overdue)::bigint as whole from filled)
        select unit, d.id as duty, {", ".join(states)},
            {share("(met + late)::bigint")} as rate, {share("met::bigint")} as timely
        from whole w join duties d on d.duty = w.duty order by unit, w.duty)
        to '{out}/rates.csv' (header, delimiter ',')""")


if __name__ == "__main__":
    main(*sys.argv[1:])
