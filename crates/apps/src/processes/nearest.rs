//! Which known word somebody meant.

/// The known word that a mistyped one is nearest to, when it is near enough: a third of its letters may be wrong.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // Only what is about as long can be near, and nothing else is compared.
    let alike = known
        .iter()
        .filter(|one| one.len().abs_diff(word.len()) <= 3 && word.len() <= 64);
    let near = alike.map(|one| (distance(&as_compared(word), &as_compared(one)), *one));
    let (distance, found) = near.min()?;
    (distance * 3 <= found.chars().count().max(3)).then_some(found)
}

/// `Deploy_Timeout` and `deploy-timeout` are the same word.
fn as_compared(word: &str) -> Vec<char> {
    word.to_lowercase().replace('_', "-").chars().collect()
}

/// How many letters have to be changed, added, taken away or swapped with their neighbour.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut two_before: Vec<usize> = Vec::new();
    let mut before: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, opposite) in other.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&before, column) + usize::from(letter != opposite);
            let mut least = changed.min(at(&before, column + 1) + 1).min(at(&now, column) + 1);
            let swapped =
                row > 0 && column > 0 && one.get(row - 1) == Some(opposite) && other.get(column - 1) == Some(letter);
            if swapped {
                least = least.min(at(&two_before, column - 1) + 1);
            }
            now.push(least);
        }
        two_before = std::mem::replace(&mut before, now);
    }
    before.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("prot", Some("port"))]
    #[case("procesess", Some("processes"))]
    #[case("Platform", Some("platform"))]
    #[case("deploy_timeout", Some("deploy-timeout"))]
    #[case("nmae", Some("name"))]
    #[case("colour", None)]
    #[case("", None)]
    #[case("x", None)]
    fn what_was_meant(#[case] word: &str, #[case] meant: Option<&str>) {
        let known = ["name", "platform", "plan", "port", "processes", "deploy-timeout"];
        assert_eq!(nearest(word, &known), meant);
    }
}
