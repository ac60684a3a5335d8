namespace Mesh.Payments.Domain;

/// <summary>A validated request for a payment.</summary>
internal sealed record NewPayment(
    string Merchant, Money Amount, CaptureMethod CaptureMethod, string PaymentMethod, string Description);
