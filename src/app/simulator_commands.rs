//! Orders to a simulator from the `:` line: wind its clock, order a fault, pour
//! events. On Meta's own API there is nothing to order.

use crate::domain::SimulatorOrder;

/// What can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulatorCommandSpec {
    /// The first word.
    pub name: &'static str,
    /// How it is written.
    pub usage: &'static str,
    /// What it does.
    pub help: &'static str,
}

/// All of them.
pub const ORDERS: [SimulatorCommandSpec; 3] = [
    SimulatorCommandSpec {
        name: "clock",
        usage: "clock +23h | 2026-11-21T09:00:00Z | x60",
        help: "wind the simulator's clock, set it, or let it run faster",
    },
    SimulatorCommandSpec {
        name: "fail",
        usage: "fail 2018300 | lose_answer | html",
        help: "the next reply fails with this code of Meta's, or in this way",
    },
    SimulatorCommandSpec {
        name: "storm",
        usage: "storm 100 5",
        help: "so many events a second, for so many seconds",
    },
];

/// The orders whose name fits what was typed so far.
pub fn fitting(typed: &str) -> Vec<&'static SimulatorCommandSpec> {
    let first = typed.split_whitespace().next().unwrap_or_default();
    let whole = typed.contains(char::is_whitespace);
    ORDERS
        .iter()
        .filter(|spec| {
            let begun = !first.is_empty() && spec.name.starts_with(first);
            if whole { spec.name == first } else { begun }
        })
        .collect()
}

/// Reads an order. `None`: it is none. `Err` says how to write it.
pub fn parse(typed: &str) -> Option<Result<SimulatorOrder, String>> {
    let mut words = typed.split_whitespace();
    let name = words.next()?;
    let spec = ORDERS.iter().find(|spec| spec.name == name)?;
    let words: Vec<&str> = words.collect();
    let number = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| text.to_owned())
    };
    let members = match (name, words.as_slice()) {
        ("clock", [by]) if by.starts_with('+') => Some(vec![("by", (*by).to_owned())]),
        ("clock", [fast]) if fast.starts_with('x') => Some(vec![("speed", fast[1..].to_owned())]),
        ("clock", [to]) if to.starts_with(|c: char| c.is_ascii_digit()) => {
            Some(vec![("to", (*to).to_owned())])
        }
        ("fail", [code]) => Some(vec![match number(code) {
            Some(code) => ("code", code),
            None => ("fault", (*code).to_owned()),
        }]),
        ("storm", [rate, seconds]) => number(rate)
            .zip(number(seconds))
            .map(|(rate, seconds)| vec![("rate", rate), ("seconds", seconds)]),
        _ => None,
    };
    let what = match name {
        "fail" => "faults",
        _ => spec.name,
    };
    Some(match members {
        Some(members) => Ok(SimulatorOrder { what, members }),
        None => Err(format!("Write it as :{}", spec.usage)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_and_mistakes_say_how_to_write_them() {
        let read = |typed: &str| parse(typed).map(|order| order.map(|o| (o.what, o.members)));
        let order = |what, name, value: &str| Some(Ok((what, vec![(name, value.to_owned())])));
        assert_eq!(read("clock +23h"), order("clock", "by", "+23h"));
        assert_eq!(read("clock x60"), order("clock", "speed", "60"));
        assert_eq!(
            read("clock 2026-11-21T09:00:00Z"),
            order("clock", "to", "2026-11-21T09:00:00Z")
        );
        assert_eq!(read("fail 2018300"), order("faults", "code", "2018300"));
        assert_eq!(
            read("fail lose_answer"),
            order("faults", "fault", "lose_answer")
        );
        let storm = vec![("rate", "100".to_owned()), ("seconds", "5".to_owned())];
        assert_eq!(read("storm 100 5"), Some(Ok(("storm", storm))));
        for wrong in [
            "clock",
            "clock soon",
            "fail",
            "fail 1 2",
            "storm 5",
            "storm a b",
        ] {
            assert!(matches!(parse(wrong), Some(Err(_))), "{wrong}");
        }
        assert_eq!(parse("reply"), None);
        assert_eq!(fitting("cl").len(), 1);
        assert_eq!(fitting("clock +"), [&ORDERS[0]]);
        assert_eq!(fitting(""), Vec::<&SimulatorCommandSpec>::new());
        assert_eq!(fitting("cl +"), Vec::<&SimulatorCommandSpec>::new());
    }
}
