//! Identifiers of subjects: typed, checked, every error by name (domain.md 3).
