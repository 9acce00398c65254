//! Which files a platform carries, as data: the planner decides by it whether a file is sent or offered by link.

/// Which files a platform takes for a group. What it does not take is offered by link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Files {
    /// Media types of documents; [`ANY_TYPE`] for all, empty for none.
    pub documents: &'static [&'static str],
    /// Largest document, bytes.
    pub document_limit: u64,
    /// Media types of pictures that are sent as pictures.
    pub pictures: &'static [&'static str],
    /// Largest picture, bytes.
    pub picture_limit: u64,
    /// Whether pictures are fetched by the platform from a public address instead of being uploaded.
    pub pictures_by_link: bool,
    /// Whether documents carry no words of ours: what they belong to stands in their names then.
    pub bare_documents: bool,
}

/// Stands for every media type.
pub const ANY_TYPE: &[&str] = &["*/*"];

impl Files {
    /// No files at all.
    pub const NONE: Self = Self {
        documents: &[],
        document_limit: 0,
        pictures: &[],
        picture_limit: 0,
        pictures_by_link: false,
        bare_documents: false,
    };

    /// Whether a file of this type and size (bytes) can be uploaded to a group.
    #[must_use]
    pub fn takes(&self, media_type: &str, size: u64) -> bool {
        let of = |types: &[&str]| types == ANY_TYPE || types.contains(&media_type);
        let picture = of(self.pictures) && size <= self.picture_limit && !self.pictures_by_link;
        picture || (of(self.documents) && size <= self.document_limit)
    }

    /// Whether the platform fetches a file of this type and size (bytes) by itself from a public address.
    #[must_use]
    pub fn fetches(&self, media_type: &str, size: u64) -> bool {
        self.pictures_by_link && self.pictures.contains(&media_type) && size <= self.picture_limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: Files = Files {
        bare_documents: false,
        documents: &["application/pdf"],
        document_limit: 5,
        pictures: &["image/png"],
        picture_limit: 1,
        pictures_by_link: false,
    };

    #[test]
    fn a_file_goes_when_its_type_and_its_size_are_taken() {
        assert!(OFFICE.takes("application/pdf", 5));
        assert!(!OFFICE.takes("application/pdf", 6));
        assert!(!OFFICE.takes("application/zip", 1));
        assert!(OFFICE.takes("image/png", 1) && !OFFICE.takes("image/png", 2));
        assert!(!Files::NONE.takes("application/pdf", 1));
    }

    #[test]
    fn a_picture_that_the_platform_fetches_is_not_uploaded() {
        let fetching = Files { pictures_by_link: true, ..OFFICE };
        assert!(!fetching.takes("image/png", 1));
        assert!(fetching.fetches("image/png", 1) && !fetching.fetches("application/pdf", 1));
    }
}
