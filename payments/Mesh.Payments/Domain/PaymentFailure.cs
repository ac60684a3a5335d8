namespace Mesh.Payments.Domain;

/// <summary>Why a payment failed.</summary>
/// <param name="Code">The acquirer's decline code, e.g. <c>insufficient_funds</c>.</param>
/// <param name="Message">The same for people.</param>
internal sealed record PaymentFailure(string Code, string Message);
