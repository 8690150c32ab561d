"""CWE-1236: a cell that begins with = + - or @ is a formula for the spreadsheet that opens the file."""

from domainlab.review.rule import REMOTE, Rule, Sink

WRITERS = ("csv.writer().writerow", "csv.writer().writerows", "csv.DictWriter().writerow", "csv.DictWriter().writerows",
           "openpyxl.Workbook().active.append", "csv.DictWriter().writerows")  # fmt: skip

RULE = Rule(
    cwe=1236,
    name="formula-injection",
    also=(74,),
    sinks=(Sink(WRITERS, "csv", kinds=REMOTE | {"parameter", "input", "database"}),),
)
