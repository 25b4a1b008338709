"""What was measured, beside what it is compared with and the budget."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One line of the table. A budget is met when `met` says so; a row without one only informs."""

    what: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    budget: str = ""
    met: bool | None = None


@dataclass
class Table:
    """The rows in the order in which they were measured."""

    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Keeps the row, and prints it at once: a benchmark takes minutes."""
        self.rows.append(row)
        print(f"  {row.what}: {row.ours}" + (f", against {row.theirs}" if row.theirs else ""), flush=True)

    def __str__(self) -> str:
        head = ("What", "Hatrack", "Compared with", "Ratio", "Budget", "")
        cells = [head] + [
            (row.what, row.ours, row.theirs, row.ratio, row.budget, {True: "met", False: "MISSED", None: ""}[row.met])
            for row in self.rows
        ]
        widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)

    def missed(self) -> bool:
        """Whether any budget was missed."""
        return any(row.met is False for row in self.rows)
