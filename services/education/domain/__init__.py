"""The rules of education: enrolment rounds, qualifications, student aid (pure)."""
