"""Load, rule, save; the store and the keys are passed in.

names           who holds which company name
companies       the register: establishment, change, deregistration
annual_reports  what enterprises report each year
licences        electronic business licences and their verification
papers          materials that applicants hand in
bars            who may not represent an enterprise
"""
