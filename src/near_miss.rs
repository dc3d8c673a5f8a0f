//! "Did you mean": the name closest to a misspelt one.

/// The candidate within a third of the word's length in edits, if there is one.
pub fn near_miss<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let lower = word.to_ascii_lowercase();
    candidates
        .iter()
        .map(|candidate| (edits(&lower, &candidate.to_ascii_lowercase()), *candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance).
fn edits(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::near_miss;

    #[test]
    fn finds_the_slip_and_nothing_else() {
        let names = ["maxEntries", "maxSize", "ttl", "persist"];
        assert_eq!(near_miss("maxEntires", &names), Some("maxEntries"));
        assert_eq!(near_miss("max_entries", &names), Some("maxEntries"));
        assert_eq!(near_miss("TTL", &names), Some("ttl"));
        assert_eq!(near_miss("staleTime", &names), None);
    }
}
