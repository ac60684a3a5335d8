namespace Mesh.Payments.Api;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Field">Path from the request, e.g. <c>payment.amount.minor_units</c>.</param>
/// <param name="Description">What is wrong and what would be right; never the value where it may be a secret.</param>
/// <param name="Reason">In UPPER_SNAKE_CASE.</param>
internal sealed record FieldViolation(string Field, string Description, string Reason);
