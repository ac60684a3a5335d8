namespace Mesh.Payments.Faults.Checking;

/// <summary>One thing that is wrong.</summary>
/// <param name="Subject">Key, payment, operation or account.</param>
/// <param name="Text">What was found and what was expected, for people.</param>
public sealed record Finding(FindingKind Kind, string Subject, string Text)
{
    public override string ToString() => $"{Kind}: {Subject}: {Text}";
}
