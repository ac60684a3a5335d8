using Grpc.Core;
using Mesh.Acquirer.V1;

namespace Mesh.Payments.Faults.Tests.Acquirer;

/// <summary>Requests as payments makes them.</summary>
internal static class AcquirerRequests
{
    public static AuthorizeRequest Authorize(string id) =>
        new() { OperationId = id, Merchant = "acme", Payment = "payments/p1", PaymentMethod = "pm_card_visa", Amount = Eur(1000) };

    public static ChargeRequest Charge(string id, string token = "pm_card_visa", long minorUnits = 1000) =>
        new() { OperationId = id, Merchant = "acme", Payment = "payments/p1", PaymentMethod = token, Amount = Eur(minorUnits) };

    public static CaptureRequest Capture(string id, string original, long minorUnits) =>
        new() { OperationId = id, OriginalOperationId = original, Payment = "payments/p1", Amount = Eur(minorUnits) };

    public static VoidRequest Void(string id, string original) => new() { OperationId = id, OriginalOperationId = original, Payment = "payments/p1" };

    public static RefundRequest Refund(string id, string original, long minorUnits) =>
        new() { OperationId = id, OriginalOperationId = original, Payment = "payments/p1", Amount = Eur(minorUnits) };

    public static Amount Eur(long minorUnits) => new() { CurrencyCode = "EUR", MinorUnits = minorUnits };

    /// <summary>Null when the acquirer does not know it.</summary>
    public static async Task<Operation?> FindAsync(this Mesh.Acquirer.V1.Acquirer.AcquirerClient client, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetOperationAsync(new GetOperationRequest { OperationId = id }, cancellationToken: cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }
}
