//! All subjects, in the order of the table, and what became of every form.

use super::{FormId, Subject, atomic, carry, matrix, memory, table, video, warp};
use ptx_frontend::isa::{ROWS, Support};

/// How a form is tested by the sweeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sweep {
    /// It has subjects.
    Swept,
    /// It is none that the sweeps know how to run, or has no oracle.
    NotSwept,
}

/// Subjects and forms.
pub struct Catalogue {
    /// In the order of the table.
    pub subjects: Vec<Subject>,
    /// Every executed form.
    pub forms: Vec<(FormId, Sweep)>,
}

/// Subjects of every executed form whose name contains `filter`; of a form's combinations of dot-words, about `most`.
pub fn catalogue(filter: &str, most: usize) -> Catalogue {
    let mut catalogue = Catalogue { subjects: Vec::new(), forms: Vec::new() };
    for row in ROWS {
        for form in 0..row.forms.len() {
            if row.support_of(form) == Support::Executed {
                catalogue.add((row.opcode, form as u16), filter, most);
            }
        }
    }
    catalogue
}

impl Catalogue {
    fn add(&mut self, form: FormId, filter: &str, most: usize) {
        let templates = [
            carry::subjects(form),
            memory::subjects(form, most),
            atomic::subjects(form, most),
            warp::subjects(form),
            matrix::subjects(form, most),
            video::subjects(form, most),
        ];
        let subjects = templates.into_iter().flatten().next().or_else(|| table::subjects(form, most));
        let sweep =
            if subjects.as_ref().is_some_and(|subjects| !subjects.is_empty()) { Sweep::Swept } else { Sweep::NotSwept };
        self.forms.push((form, sweep));
        self.subjects.extend(subjects.into_iter().flatten().filter(|subject| subject.name.contains(filter)));
    }
}
