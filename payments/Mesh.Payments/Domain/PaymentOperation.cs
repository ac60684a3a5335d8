using Mesh.Payments.Acquiring;

namespace Mesh.Payments.Domain;

/// <summary>What a payment waits for: something the acquirer is to do.</summary>
/// <param name="Id">Made of the payment and the version that began it, so that a version begins one only.</param>
internal sealed record PaymentOperation(string Id, string PaymentId, AcquirerOperationKind Kind, Money Amount)
{
    /// <summary>The id of the operation that authorized or charged a payment: the one its first version began.</summary>
    public static string OriginalOf(string paymentId) => IdOf(paymentId, 1);

    public static string IdOf(string paymentId, long version) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{paymentId}-{version}");
}
