using Mesh.Hosting;

namespace SandboxAcquirer;

/// <summary>What was taken of one authorization or charge, and what was given back.</summary>
internal sealed class Account
{
    private long captured;
    private long refunded;
    private bool isCaptured;
    private bool isVoided;

    private Account(string currency, long authorized)
    {
        Currency = currency;
        Authorized = authorized;
    }

    public string Currency { get; }

    /// <summary>Minor units, as is every amount here.</summary>
    public long Authorized { get; }

    /// <param name="operation">An authorization or a charge.</param>
    public static Account Open(Operation operation)
    {
        var account = new Account(operation.Currency!, operation.Amount);
        if (operation.Kind != OperationKind.Charge) return account;
        account.captured = operation.Amount;
        account.isCaptured = true;
        return account;
    }

    /// <summary>Why an operation cannot be done; nulls when it can.</summary>
    public (string? Code, string? Message) Refuse(Operation operation)
    {
        if (operation.Currency != Currency) return ("currency_mismatch", $"the original is in {Currency}");
        return operation.Kind switch
        {
            OperationKind.Capture or OperationKind.Void when isVoided => ("already_voided", "the authorization was voided"),
            OperationKind.Capture or OperationKind.Void when isCaptured => ("already_captured", "the amount was captured"),
            OperationKind.Capture when operation.Amount > Authorized => ("amount_too_large", $"{Authorized} is authorized"),
            OperationKind.Refund when !isCaptured => ("not_captured", "nothing was captured"),
            OperationKind.Refund when operation.Amount > captured - refunded => ("amount_too_large", $"{captured - refunded} is left"),
            _ => (null, null),
        };
    }

    public void Apply(Operation operation)
    {
        switch (operation.Kind)
        {
            case OperationKind.Capture:
                (captured, isCaptured) = (operation.Amount, true);
                break;
            case OperationKind.Void:
                isVoided = true;
                break;
            case OperationKind.Refund:
                refunded += operation.Amount;
                break;
        }

        Invariant.Holds(captured <= Authorized && refunded <= captured && !(isVoided && isCaptured),
            $"operation {operation.Id}: authorized {Authorized}, captured {captured}, refunded {refunded}, voided {isVoided}");
    }
}
