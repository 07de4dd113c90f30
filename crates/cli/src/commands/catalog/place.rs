//! Where in a file something stands that a pointer names: `parents/1/minimum`. A guess by the shape of the lines, which is
//! right for documents as people write them; when it is not, it is the line of what is around it.

/// The line, from 1, of what `pointer` names in `text`; the first line that says something when none of it is found.
pub(super) fn line_of(text: &str, pointer: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| is_said(line)).unwrap_or(0);
    let mut segments = pointer.split('/').filter(|segment| !segment.is_empty());
    let Some(field) = segments.next() else {
        return first + 1;
    };
    let Some(mut at) = lines.iter().position(|line| names(line, field)) else {
        return first + 1;
    };
    for segment in segments {
        let found = match segment.parse::<usize>() {
            Ok(number) => item(&lines, at, field, number),
            Err(_) => named(&lines, at, segment),
        };
        match found {
            Some(line) => at = line,
            None => break,
        }
    }
    at + 1
}

fn is_said(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#') && line != "---"
}

/// Whether a line, or an item of a list on it, begins with this field: `field:`, `field =`, `[[field]]`.
fn names(line: &str, field: &str) -> bool {
    let line = line.trim_start_matches(['[', '"', '{']);
    let Some(rest) = line.strip_prefix(field) else {
        return false;
    };
    rest.trim_start_matches('"')
        .trim_start()
        .starts_with([':', '=', ']', '.'])
}

/// The line of an item of the list that begins at `from`, counted from 0.
fn item(lines: &[&str], from: usize, field: &str, number: usize) -> Option<usize> {
    let header = format!("[[{field}]]");
    let is_table = |line: &str| line.trim() == header;
    if lines.get(from).is_some_and(|line| is_table(line)) {
        return places(lines, from, is_table).nth(number);
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_item = |line: &str| line.trim_start().starts_with("- ");
    let first = places(lines, from + 1, is_item).next()?;
    let depth = indent(lines.get(first)?);
    let is_end = |line: &str| is_said(line) && (indent(line) < depth || (indent(line) == depth && !is_item(line)));
    let end = places(lines, first, is_end).next().unwrap_or(lines.len());
    places(lines, first, |line| is_item(line) && indent(line) == depth)
        .nth(number)
        .filter(|line| *line < end)
}

/// The line at or soon below `from` that has this field.
fn named(lines: &[&str], from: usize, field: &str) -> Option<usize> {
    let has = |line: &str| {
        let mut words = line.trim_start().trim_start_matches("- ").split([',', '{']);
        words.any(|part| names(part.trim_start(), field))
    };
    let next_item = |line: &str| line.trim_start().starts_with("- ") || line.starts_with('[');
    let end = places(lines, from + 1, next_item).next().unwrap_or(lines.len());
    places(lines, from, has).next().filter(|line| *line < end)
}

fn places<'a>(
    lines: &'a [&'a str],
    from: usize,
    is_it: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = usize> + 'a {
    let numbered = lines.iter().enumerate().skip(from);
    numbered.filter(move |(_, line)| is_it(line)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const YAML: &str = "\
# A cluster.
kind: template
key: cluster
parents:
  - template: network
    minimum: 1
  - {template: region, maximum: 0}
labels:
- a
- b b
naming: \"{project}\"
";
    const TOML: &str = "\
kind = \"template\"
key = \"cluster\"
[[parents]]
template = \"network\"

[[parents]]
template = \"region\"
maximum = 0
[service]
";

    #[rstest]
    #[case::nothing(YAML, "", 2)]
    #[case::key(YAML, "key", 3)]
    #[case::item(YAML, "parents/0", 5)]
    #[case::field(YAML, "parents/0/minimum", 6)]
    #[case::inline(YAML, "parents/1/maximum", 7)]
    #[case::word(YAML, "labels/1", 10)]
    #[case::absent(YAML, "parents/0/maximum", 5)]
    #[case::unknown(YAML, "service/outputs", 2)]
    #[case::too_far(YAML, "parents/7/template", 4)]
    #[case::toml_key(TOML, "key", 2)]
    #[case::toml_item(TOML, "parents/1", 6)]
    #[case::toml_field(TOML, "parents/1/maximum", 8)]
    #[case::toml_table(TOML, "service", 9)]
    fn a_field_is_found(#[case] text: &str, #[case] pointer: &str, #[case] line: usize) {
        assert_eq!(line_of(text, pointer), line);
    }
}
